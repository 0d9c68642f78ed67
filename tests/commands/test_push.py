"""`scrapy drafts push`, into a real Dovecot: once each, with a password that is seen nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import keyring
import pytest
from imap_tools import MailBox
from keyring.backend import KeyringBackend
from keyring.errors import NoKeyringError
from scrapy.settings import Settings

from prospector.commands import _outreach
from prospector.commands.drafts import Command
from prospector.items import DraftStatus
from tests.desk_world import NOW, Dead, World, done, target
from tests.documents import parser_of
from tests.dovecot import PASSWORD, Dovecot, dovecot
from tests.store import builders as make

USER = "ada@lindgarden.example"


class OneKey(KeyringBackend):
    """Knows one password, or says that there is no keyring at all."""

    priority = 1

    def __init__(self, place: str | None) -> None:
        self.place = place

    def get_password(self, service: str, username: str) -> str | None:
        if self.place is None:
            raise NoKeyringError
        return PASSWORD if (service, username) == ("prospector", self.place) else None

    def set_password(self, service: str, username: str, password: str) -> None:
        raise NoKeyringError


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    with dovecot() as served:
        yield served


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: Dovecot) -> Iterator[World]:
    """A campaign with an account, and two approved letters whose links were seen failing an hour ago."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(_outreach, "utc_now", lambda: NOW)
    monkeypatch.setenv("SSL_CERT_FILE", str(server.authority))
    monkeypatch.delenv("PROSPECTOR_IMAP_PASSWORD", raising=False)
    made = World(tmp_path, extra=f'[mail]\nhost = "{server.host}"\nport = {server.port}\n')
    for number in (1, 2):
        page = f"https://library{number}.example/links"
        made.page(page, [Dead(number)])
        look = make.seen(target(number), observed_at=NOW - timedelta(hours=1))
        made.store.evidence.save_checks([(look, make.dead(first_failed_at=NOW - timedelta(days=8)))], now=NOW)
        done(made.decisions.approve(made.crawl(page).id, now=NOW))
    before = keyring.get_keyring()
    keyring.set_keyring(OneKey(None))
    yield made
    keyring.set_keyring(before)
    made.close()


def typed(*arguments: str) -> int:
    command = Command()
    parser = parser_of("drafts", command)
    command.settings = Settings({"SUPPRESSIONS_DB": "suppressions.db"})
    options, words = parser.parse_known_args(["push", "--no-recheck", *arguments])
    command.run(words, options)
    return command.exitcode


def drafts_of(server: Dovecot, user: str = USER) -> list[str]:
    with MailBox(server.host, server.port).login_utf8(user, PASSWORD, initial_folder="Entwürfe") as box:
        return [str(message.to[0]) for message in box.fetch(mark_seen=False)]


def statuses(world: World) -> list[DraftStatus]:
    return [draft.status for draft in world.store.drafts.list()]


def test_approved_letters_lie_in_the_drafts_folder_once(
    world: World, server: Dovecot, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PROSPECTOR_IMAP_PASSWORD", PASSWORD)
    assert typed() == 0
    said = capsys.readouterr().err
    assert "2 drafts put into Entwürfe at localhost. Nothing was sent" in said
    assert PASSWORD not in said
    assert statuses(world) == [DraftStatus.EXPORTED] * 2
    assert typed() == 0
    assert "No letter may go out now." in capsys.readouterr().err
    assert typed("--again") == 0
    assert "0 drafts put into Entwürfe at localhost. 2 drafts lay there already." in capsys.readouterr().err
    assert sorted(drafts_of(server)) == ["bo@library1.example", "bo@library2.example"]


def test_the_keyring_is_asked_where_the_environment_says_nothing(
    world: World, server: Dovecot, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PROSPECTOR_IMAP_USER", "keys@example.org")
    keyring.set_keyring(OneKey("keys@example.org@localhost"))
    assert typed() == 0
    assert len(drafts_of(server, "keys@example.org")) == 2


def test_without_a_password_nothing_is_marked(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert typed() == 2
    assert f"there is no password for {USER} at localhost. Keep it with: keyring set prospector {USER}@localhost" in capsys.readouterr().err
    assert statuses(world) == [DraftStatus.APPROVED] * 2


def test_a_wrong_password_marks_nothing(world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("PROSPECTOR_IMAP_PASSWORD", "not-this-one")
    assert typed() == 1
    said = capsys.readouterr().err
    assert f"name or password is wrong for {USER}" in said
    assert "not-this-one" not in said
    assert statuses(world) == [DraftStatus.APPROVED] * 2


def test_a_line_that_breaks_leaves_marked_what_arrived(
    world: World, server: Dovecot, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PROSPECTOR_IMAP_PASSWORD", PASSWORD)
    monkeypatch.setenv("PROSPECTOR_IMAP_USER", "broken@example.org")
    put = MailBox.append
    arrived: list[object] = []

    def append(box: MailBox, *arguments: object, **options: object) -> object:
        if arrived:
            raise OSError(104, "Connection reset by peer")
        arrived.append(put(box, *arguments, **options))  # type: ignore[arg-type]
        return arrived[0]

    with monkeypatch.context() as line:
        line.setattr(MailBox, "append", append)
        assert typed() == 1
    assert "no connection to the mail server (Connection reset by peer)" in capsys.readouterr().err
    assert statuses(world) == [DraftStatus.EXPORTED, DraftStatus.APPROVED]
    assert typed() == 0
    assert len(drafts_of(server, "broken@example.org")) == 2


def test_a_campaign_that_names_no_server_is_told_where_to(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    file = Path("campaign.toml")
    file.write_text(file.read_text("utf-8").replace("host =", "# host ="), "utf-8")
    assert typed() == 2
    assert 'campaign.toml: which mail server? Write host = "imap.example.org" under [mail]' in capsys.readouterr().err
