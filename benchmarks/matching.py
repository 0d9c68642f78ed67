"""Rank the labelled queries of a folder with the crawl's own code, and write the scorer's rows.

python -m benchmarks.matching DIR SPLIT OUT [--weights FILE]

DIR holds SPLIT.pages, SPLIT.queries, SPLIT.negatives and SPLIT.negpairs, each .jsonl.gz. Prints the milliseconds a link costs on each site.
"""

from __future__ import annotations

import argparse
import gzip
import json
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from prospector.items import ArchivedCopy, OutboundLink, SitePage
from prospector.matching.rank import Ranked, Ranker
from prospector.matching.topic import Sighting, Topic, siblings_of, topic_of
from prospector.matching.weights import Weights, parse_weights
from prospector.store import Store

Row = dict[str, Any]
MAX_RANKED = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A dead link asked of one site."""

    ref: str
    site: str
    kind: str  # "pos", or why the site has no answer: "far", "other", "near"
    row: Row
    excluded: frozenset[str]  # pages taken off the site first
    page: Sequence[Row] = ()  # all rows of the linking page


def rows(path: Path) -> Iterator[Row]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def read_questions(folder: Path, split: str) -> list[Question]:
    queries = {row["id"]: row for row in rows(folder / f"{split}.queries.jsonl.gz")}
    negatives = {row["id"]: row for row in rows(folder / f"{split}.negatives.jsonl.gz")}
    pages: dict[str, list[Row]] = defaultdict(list)
    for row in (*queries.values(), *negatives.values()):
        if row["page_url"]:
            pages[row["page_url"]].append(row)

    def question(ref: str, site: str, kind: str, row: Row, excluded: Sequence[str] = ()) -> Question:
        return Question(ref=ref, site=site, kind=kind, row=row, excluded=frozenset(excluded), page=pages.get(row["page_url"], ()))

    asked = [question(f"queries:{key}", row["site"], "pos", row) for key, row in queries.items()]
    for pair in rows(folder / f"{split}.negpairs.jsonl.gz"):
        table, _, key = pair["ref"].partition(":")
        row = (queries if table == "queries" else negatives)[key]
        asked.append(question(pair["ref"], pair["site"], pair["kind"], row, pair["exclude"]))
    return asked


def read_pages(folder: Path, split: str) -> dict[str, list[SitePage]]:
    """Site → its pages."""
    pages: dict[str, list[SitePage]] = defaultdict(list)
    for row in rows(folder / f"{split}.pages.jsonl.gz"):
        pages[row["site"]].append(
            SitePage(url=row["url"], title=row["title"], headings=tuple(row["heads"]), description=row["desc"], text=row["text"])
        )
    return pages


def open_sites(folder: Path, split: str, stack: ExitStack) -> dict[str, Store]:
    """Site → a store with its pages, for as long as the stack is open."""
    pages = read_pages(folder, split)
    place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="matching-")))
    stores = {site: stack.enter_context(Store.open(place / f"{number}.db")) for number, site in enumerate(pages)}
    for site, store in stores.items():
        store.site.save(pages[site])
    return stores


def question_link(row: Row) -> OutboundLink:
    return OutboundLink(
        target_url=row["dead_url"], anchor=row["anchor"], context=row["context"], section=row["heading"], heading=row["heading"]
    )


def question_topic(row: Row, page: Sequence[Row] = ()) -> Topic:
    """`page`: the rows of the same linking page."""
    link = question_link(row)
    archived = row["archived"]
    copy = archived and ArchivedCopy(
        target_url=row["dead_url"], title=archived["title"], headings=tuple(archived["headings"]), text=archived["text"]
    )
    siblings = siblings_of(link, map(question_link, page))
    return topic_of(row["dead_url"], [Sighting(link=link, page_title=row["page_title"], siblings=siblings)], copy or None)


def prediction(question: Question, order: Sequence[Ranked]) -> Row:
    return {
        "ref": question.ref,
        "site": question.site,
        "kind": question.kind,
        "ranked": [each.page.url for each in order[:MAX_RANKED]],
        "confidence": round(order[0].confidence, 6) if order else 0.0,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("split")
    parser.add_argument("out", type=Path)
    parser.add_argument("--weights", type=Path, help="instead of the shipped ones")
    given = parser.parse_args()
    weights: Weights | None = parse_weights(given.weights.read_text(encoding="utf-8")) if given.weights else None
    spent: dict[str, list[float]] = defaultdict(list)
    with ExitStack() as stack, given.out.open("w", encoding="utf-8") as out:
        stores = open_sites(given.folder, given.split, stack)
        rankers = {site: Ranker(store.site, weights) for site, store in stores.items()}
        for question in read_questions(given.folder, given.split):
            started = time.perf_counter()
            order = rankers[question.site].rank(question_topic(question.row, question.page), without=question.excluded)
            if not question.excluded:
                spent[question.site].append(time.perf_counter() - started)
            out.write(json.dumps(prediction(question, order)) + "\n")
    for site, seconds in spent.items():
        pages = rankers[site].documents
        print(f"{site}: {pages} pages, {len(seconds)} links, {1000 * sum(seconds) / len(seconds):.1f} ms a link")


if __name__ == "__main__":
    main()
