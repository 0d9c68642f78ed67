"""benchmarks/pages.py: a folder of stored pages in, rows for its scorer out."""

import gzip
import json
from pathlib import Path

import pytest

from benchmarks.pages import main

ROW = {
    "id": "a1",
    "url": "https://club.example.org/links",
    "own_domains": ["club-old.test"],
    "html": "<h2>Soil</h2><ul><li><a href=http://x.test/>Loam</a>, a primer<li><a href=http://club-old.test/>Old</a></ul>",
}


def folder(tmp_path: Path, text: str) -> Path:
    with gzip.open(tmp_path / "resource_pages.jsonl.gz", "wt", encoding="utf-8") as pages:
        pages.write(text)
    return tmp_path


def test_each_page_becomes_a_row(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    assert main([str(folder(tmp_path, json.dumps(ROW) + "\n\n" + json.dumps({**ROW, "id": "a2", "own_domains": None}))), str(out)]) == 0
    first, second = map(json.loads, out.read_text(encoding="utf-8").splitlines())
    assert first == {
        "type": "page",
        "id": "a1",
        "label": first["label"],
        "links": [
            {
                "url": "http://x.test/",
                "text": "Loam",
                "heading": "Soil",
                "section": "Soil",
                "context": "Loam, a primer",
                "boilerplate": False,
            }
        ],
    }
    assert first["label"] in ("resource", "other")
    assert [link["url"] for link in second["links"]] == ["http://x.test/", "http://club-old.test/"]


def test_each_site_becomes_a_row_with_whom_the_crawl_would_write_to(tmp_path: Path) -> None:
    mail = "<footer>Contact: <a href=mailto:ada@greenlist.org>Ada</a></footer>"
    pages = [
        {"url": "https://greenlist.org/links/", "html": "<a href=../contact/index.html>Contact</a>"},
        {"url": "https://greenlist.org/contact/", "html": mail},
    ]
    bare = [{"url": "https://bare.example.org/", "html": "<p>Nobody</p>"}, {"url": "https://bare.example.org/unlinked", "html": mail}]
    with gzip.open(tmp_path / "sites.jsonl.gz", "wt", encoding="utf-8") as sites:
        sites.write(json.dumps({"site_id": "s1", "pages": pages}) + "\n" + json.dumps({"site_id": "s2", "pages": bare}))
    out = tmp_path / "out.jsonl"
    assert main([str(folder(tmp_path, json.dumps(ROW))), str(out)]) == 0
    rows = [row for row in map(json.loads, out.read_text(encoding="utf-8").splitlines()) if row["type"] == "site"]
    assert rows == [
        {"type": "site", "site_id": "s1", "kind": "email", "value": "ada@greenlist.org"},
        {"type": "site", "site_id": "s2", "kind": "none", "value": None},
    ]


@pytest.mark.parametrize("text", ["not json", '{"id": "a1"}'])
def test_a_damaged_folder_is_named_and_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str) -> None:
    assert main([str(folder(tmp_path, text)), str(tmp_path / "out.jsonl")]) == 2
    assert "Stopped after 0 pages" in capsys.readouterr().err


def test_a_folder_without_pages_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path), str(tmp_path / "out.jsonl")]) == 2
    assert "resource_pages.jsonl.gz" in capsys.readouterr().err
    assert not (tmp_path / "out.jsonl").exists()


def test_help_says_what_it_reads(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    assert "resource_pages.jsonl.gz" in capsys.readouterr().out
