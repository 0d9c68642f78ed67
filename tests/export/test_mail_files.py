"""Files of letters, read by two programs that know nothing of each other: Python's parser and Perl's."""

from __future__ import annotations

import email
import json
import mailbox
import shutil
import subprocess
from email.header import decode_header, make_header
from email.policy import default
from pathlib import Path
from typing import Any

import pytest

from prospector.export.mail_files import NotWritten, Written, as_eml, as_mbox, file_name
from prospector.export.mail_text import clean_line, clean_text
from tests.export.letters import HOSTILE_NAMES, letter

TEXTS = [
    "Dear Bob,\n\nhello.\n",
    "Grüße – “so”\n\nÜ\n",
    "Уважаемый Иван!\n\n" + "Пчёлы. " * 300 + "\n",
    "From here\nFrom there\n>From\n.\n..\n",
    "https://a.example/" + "x" * 3_000 + "\n",
    "trailing spaces   \nand = signs =20 =\n",
    "\u202eRTL\u202c שלום فارسی می‌خواهم\n",
    "👩🏽‍🌾" * 200 + "\n",
    "\n\n\nblank lines before\n",
]
SUBJECTS = [
    "A dead link",
    "Ein toter Link: „Bienen“",
    "Пчёлы " * 30,
    "x" * 200,
    "=?utf-8?q?no?=",
    "a\r\nBcc: e@e.example",
    "  many   spaces  ",
]
LETTERS = [
    letter(
        draft_id=number, recipient_name=name, sender_name=name, subject=SUBJECTS[number % len(SUBJECTS)], body=TEXTS[number % len(TEXTS)]
    )
    for number, name in enumerate(HOSTILE_NAMES * 3, start=1)
]


def in_perl(paths: list[Path]) -> list[dict[str, Any]]:
    perl = shutil.which("perl")
    assert perl, "requirements/system.sh installs what the tests need"
    script = Path(__file__).parent / "perl_mime.pl"
    done = subprocess.run([perl, str(script), *map(str, paths)], capture_output=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr.decode() + " (requirements/system.sh installs what the tests need)"
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_every_file_reads_the_same_in_python_and_in_perl(tmp_path: Path) -> None:
    paths = []
    for written in as_eml(LETTERS):
        assert isinstance(written, Written)
        paths.append(tmp_path / written.name)
        paths[-1].write_bytes(written.content)
    read = in_perl(paths)
    assert len(read) == len(LETTERS) == 51
    for path, perls, meant in zip(paths, read, LETTERS, strict=True):
        old, new = email.message_from_bytes(path.read_bytes()), email.message_from_bytes(path.read_bytes(), policy=default)
        assert {name.lower(): str(make_header(decode_header(value))) for name, value in old.items()} == perls["headers"]
        assert (perls["number"], perls["parts"]) == (len(old.keys()), 0) == (7, 0)
        assert perls["headers"]["subject"] == clean_line(meant.subject) == new["Subject"]
        assert new.get_content().replace("\r\n", "\n") == perls["body"] == clean_text(meant.body).rstrip("\n") + "\n"
        assert [address.addr_spec for address in new["To"].addresses] == [meant.recipient]


def test_a_mailbox_holds_them_all_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "letters.mbox"
    path.write_bytes(b"".join(written.content for written in as_mbox(LETTERS) if isinstance(written, Written)))
    assert b"\r" not in path.read_bytes()
    box = mailbox.mbox(path, create=False)
    bodies = [message.get_payload(decode=True) for message in box]
    box.close()
    assert [body.decode().rstrip("\n") for body in bodies if isinstance(body, bytes)] == [
        clean_text(one.body).rstrip("\n") for one in LETTERS
    ]


def test_a_letter_that_cannot_be_a_mail_stops_no_other() -> None:
    form = letter(draft_id=3, recipient="https://a.example/form")
    results = as_eml([letter(), form, letter(draft_id=9)])
    assert [type(one) for one in results] == [Written, NotWritten, Written]
    assert results[1] == NotWritten(draft_id=3, reason="its recipient is not one plain mail address: 'https://a.example/form'")


@pytest.mark.parametrize(
    ("recipient", "name"),
    [
        ("a@library.example.org", "0007-library.example.org.eml"),
        ("a@bücher.example", "0007-xn--bcher-kva.example.eml"),
        ("../../etc/passwd", "0007-letter.eml"),
        ("con@" + ".".join(["x" * 60] * 3) + ".example", "0007-" + ".".join(["x" * 60] * 3)[:80] + ".eml"),
    ],
)
def test_a_file_is_named_by_number_and_recipient(recipient: str, name: str) -> None:
    assert file_name(letter(recipient=recipient)) == name
