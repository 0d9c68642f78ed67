"""Redirects as web servers want them: nothing in an address can end a line, a string or a rule, and nothing without a fit is redirected."""

from __future__ import annotations

import csv
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prospector.backlinks.redirects import FORMS, Moved, written
from prospector.items import Strength
from prospector.links.urls import normalise

TO = "https://mine.example/guides/compost.html"


def moved(url: str, to: str = TO, strength: Strength | None = Strength.STRONG, why: str = "80% sure: Compost") -> Moved:
    return Moved(url=url, linking_sites=3, to=to if strength else "", strength=strength, why=why)


def rules(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip() and not line.strip().startswith("#")]


def test_each_server_gets_a_rule_for_the_very_address() -> None:
    page = moved("https://mine.example/old%20guide?id=7")
    assert '"mine.example/old%20guide?id=7" "https://mine.example/guides/compost.html";' in rules(written([page], "nginx"))
    assert rules(written([page], "apache"))[1:] == [
        'RewriteCond %{HTTP_HOST} "=mine.example" [NC]',
        'RewriteCond %{REQUEST_URI} "=/old guide"',
        'RewriteCond %{QUERY_STRING} "=id=7"',
        'RewriteRule ^ "https://mine.example/guides/compost.html" [R=301,L,NE,QSD]',
    ]
    assert rules(written([page], "netlify")) == [f"/old%20guide id=7 {TO} 301"]
    (row,) = csv.DictReader(io.StringIO(written([page], "csv")))
    assert (row["from"], row["to"], row["status"], row["fit"]) == (page.url, TO, "301", "strong")


@pytest.mark.parametrize("form", FORMS)
def test_without_a_fit_there_is_a_comment_with_the_reason_and_no_rule(form: str) -> None:
    text = written([moved("https://mine.example/old", strength=None, why="nothing\nfits")], form)
    assert "no redirect: nothing fits" in text
    assert "mine.example/old" not in "".join(rules(text))


@pytest.mark.parametrize("form", FORMS)
def test_a_possible_fit_is_written_for_a_person_to_turn_on(form: str) -> None:
    text = written([moved("https://mine.example/old", strength=Strength.POSSIBLE)], form)
    assert "for you to decide" in text
    assert TO in text
    assert TO not in "".join(rules(text))


def test_what_stands_for_something_else_is_escaped() -> None:
    page = moved("https://mine.example/a", to="https://mine.example/$1%20b")
    assert '"https://mine.example/%241%20b"' in written([page], "nginx")
    assert r'"https://mine.example/\$1\%20b"' in written([page], "apache")


@pytest.mark.parametrize("path", ["/a%0ARewriteRule", "/%FF"])
def test_apache_gets_no_rule_with_a_line_break_or_odd_bytes(path: str) -> None:
    text = written([moved(f"https://mine.example{path}")], "apache")
    assert rules(text) == ["RewriteEngine On"]
    assert "can't be written here" in text


@pytest.mark.parametrize("address", ["/a*", "/a:b", "/a?b", "/a?b=:c"])
def test_netlify_gets_no_rule_with_a_placeholder(address: str) -> None:
    assert rules(written([moved(f"https://mine.example{address}")], "netlify")) == []


def test_netlify_is_told_the_host_where_there_are_several() -> None:
    text = written([moved("https://mine.example/a"), moved("https://other.example/a")], "netlify")
    assert rules(text) == [f"https://mine.example/a {TO} 301", f"https://other.example/a {TO} 301"]


@given(st.text(max_size=40))
def test_no_address_breaks_out_of_its_rule(rest: str) -> None:
    url = normalise(f"https://mine.example/{rest}")
    assert url is not None
    page = moved(url, to=url)
    apache = rules(written([page], "apache"))
    assert len(apache) in (1, 5)
    string = r'"(?:[^"\\]|\\.)*"'
    assert all(re.fullmatch(rf'RewriteCond %{{[A-Z_]+}} (?:{string}|="")(?: \[NC\])?', line) for line in apache[1:4])
    (rule,) = [line for line in rules(written([page], "nginx")) if line.startswith('"mine')]
    assert re.fullmatch(rf"{string} {string};", rule)
