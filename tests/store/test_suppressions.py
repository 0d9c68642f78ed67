"""The shared list: what it refuses, what it does not hold, and that it is one for everybody."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from prospector.outreach.decency import PastLetter
from prospector.store import StoreError
from prospector.store.suppressions import Reason, Suppressions, default_path, key_path
from tests.desk_world import DAY, NOW

ADDRESS, SITE, PAGE = "lind@mail.example.org", "example.org", "https://www.example.org/links"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "suppressions.db"


@pytest.fixture
def listed(path: Path) -> Iterator[Suppressions]:
    with Suppressions.open(path) as opened:
        yield opened


def why(listed: Suppressions, address: str = ADDRESS, site: str = SITE, page: str = PAGE, *, days: int = 0) -> str:
    return listed.why_not(address=address, site=site, page_url=page, now=NOW + days * DAY)


@pytest.mark.parametrize("what", ["Lind+x@mail.example.org", "mail.example.org", "EXAMPLE.org", "https://example.org/", "www.example.org"])
def test_an_address_or_any_domain_above_it_stops_a_letter(listed: Suppressions, what: str) -> None:
    assert why(listed) == ""
    assert listed.add(what, now=NOW)
    assert not listed.add(what, now=NOW)
    assert "asked not to be written to" in why(listed, days=4000)
    assert listed.blocked_address(ADDRESS)
    assert why(listed, "lind@example.edu", "example.edu", "https://example.edu/") == ""
    assert listed.remove(what) == 1
    assert why(listed) == ""


def test_a_domain_stops_the_forms_of_its_site_too(listed: Suppressions) -> None:
    listed.add("example.org", now=NOW)
    assert why(listed, address="")


def test_a_site_on_a_shared_host_is_not_its_neighbour(listed: Suppressions) -> None:
    listed.add("example.edu/~ann", now=NOW)
    assert why(listed, "", "example.edu/~ann", "https://example.edu/~ann/links")
    assert why(listed, "", "example.edu/~bob", "https://example.edu/~bob/links") == ""


def test_a_letter_stops_others_to_its_page_contact_and_site_but_not_itself(listed: Suppressions) -> None:
    listed.note_letter("mine", PastLetter(sent_at=NOW), address=ADDRESS, site=SITE, page_url=PAGE)
    other = "https://example.org/other"
    assert "about this page" in why(listed, days=5000)
    assert "this contact" in why(listed, page=other, days=5)
    assert "this site" in why(listed, "bo@example.net", page=other, days=5)
    assert why(listed, page=other, days=100) == ""
    assert listed.why_not(address=ADDRESS, site=SITE, page_url=PAGE, now=NOW, except_for=["mine"]) == ""
    listed.drop_letter("mine")
    assert why(listed) == ""


def test_the_file_holds_no_address_no_site_and_no_page(listed: Suppressions, path: Path) -> None:
    listed.add(ADDRESS, note="by mail", now=NOW)
    listed.note_letter("mine", PastLetter(sent_at=NOW), address=ADDRESS, site=SITE, page_url=PAGE)
    held = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert b"lind" not in held
    assert b"example" not in held
    tables = sqlite3.connect(path)
    assert {row[1] for row in tables.execute("PRAGMA table_info(letters)")}.isdisjoint({"campaign", "client", "draft"})
    tables.close()


def test_two_keys_make_two_hashes(listed: Suppressions, tmp_path: Path) -> None:
    with Suppressions.open(tmp_path / "other" / "s.db") as other:
        assert other.key_id != listed.key_id
        assert other.named(ADDRESS)[1] != listed.named(ADDRESS)[1]


def test_nobody_else_can_read_it(listed: Suppressions, path: Path) -> None:
    assert listed.path == path
    assert [file.stat().st_mode & 0o077 for file in (path, key_path(path))] == [0, 0]


def test_without_its_key_it_says_so_instead_of_forgetting_everybody(path: Path) -> None:
    with Suppressions.open(path) as listed:
        listed.add(ADDRESS, now=NOW)
    key = key_path(path).read_bytes()
    key_path(path).unlink()
    with pytest.raises(StoreError, match="the key of the suppression list is missing"):
        Suppressions.open(path)
    key_path(path).write_text("abc")
    with pytest.raises(StoreError, match="key of the suppression list"):
        Suppressions.open(path)
    key_path(path).write_bytes(key)
    with Suppressions.open(path) as again:
        assert why(again)


def test_a_newer_programs_list_is_left_alone(path: Path) -> None:
    Suppressions.open(path).close()
    base = sqlite3.connect(path)
    base.execute("PRAGMA user_version = 99")
    base.close()
    with pytest.raises(StoreError, match="newer Prospector"):
        Suppressions.open(path)


def test_addresses_of_the_forgotten_are_taken_out_of_texts(listed: Suppressions) -> None:
    text = f"<a href='mailto:{ADDRESS}'>Lind@mail.example.org</a>, bo@example.net"
    assert listed.without_forgotten(text) == text
    listed.add(ADDRESS, reason=Reason.FORGOTTEN, now=NOW)
    assert listed.without_forgotten(text) == "<a href='mailto:[forgotten]'>[forgotten]</a>, bo@example.net"


def test_by_default_it_lies_in_the_users_data_folder() -> None:
    assert default_path().name == "suppressions.db"
    assert default_path().parent.name == "prospector"
