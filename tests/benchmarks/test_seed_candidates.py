"""The benchmark of seed candidates: what it ranks, and what its figure says."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from benchmarks.seed_candidates import candidates, main, precision

ROWS = [
    {"url": "https://a.example/x.html", "label": "resource", "title": "Useful links"},
    {"url": "https://www.a.example/y.html", "label": "other", "title": "A day at sea"},
    {"url": "https://b.example/z.html", "label": "other", "title": "Recipes"},
    {"url": "https://c.example/z.html", "label": "borderline", "title": "Links"},
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with gzip.open(tmp_path / "resource_pages.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in ROWS)
    return tmp_path


def test_a_site_is_one_candidate_by_its_likeliest_page_and_the_borderline_is_left_out(folder: Path) -> None:
    found = {url: is_resource for _, url, is_resource in candidates(folder / "resource_pages.jsonl.gz")}
    assert found == {"https://a.example/x.html": True, "https://b.example/z.html": False}


def test_the_figure_is_the_share_of_resource_pages_among_the_first_ten() -> None:
    met = [(0.9 - number / 100, f"https://{number}.example/", number % 2 == 0) for number in range(9)]
    assert precision([*met, (0.1, "https://last.example/", True), (0.0, "https://out.example/", True)]) == 0.6


def test_the_links_of_a_crawl_are_ranked_and_judged_by_a_person(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    links = '<li><a href="https://far.example/links.html">Useful links</a></li><li><a href="https://shop.example/beans">Beans</a></li>'
    row = {"url": "https://a.example/links.html", "label": "resource", "title": "Links", "html": f"<title>Links</title><ul>{links}</ul>"}
    with gzip.open(tmp_path / "resource_pages.jsonl.gz", "wt", encoding="utf-8") as file:
        file.write(json.dumps(row) + "\n")
    assert main([str(tmp_path), "--list"]) == 0
    assert capsys.readouterr().out == "?\thttps://far.example/links.html\n"
    for said, figure in (("yes", "1.00"), ("no", "0.00"), ("?", "0.00 (1 not judged)")):
        (tmp_path / "judged.tsv").write_text(f"{said}\thttps://far.example/links.html\n")
        assert main([str(tmp_path), "--judged", str(tmp_path / "judged.tsv")]) == 0
        assert capsys.readouterr().out.splitlines()[-1] == f"links of a crawl: 1 candidates, precision at 10 {figure}"


def test_it_says_what_is_missing(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(folder)]) == 0
    assert "precision at 10 of all 0.50" in capsys.readouterr().out
    assert main([str(tmp_path / "none")]) == 2
