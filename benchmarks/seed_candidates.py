"""How well further lists of links are told from other pages before anybody visits them: precision at 10.

    .venv/bin/python -m benchmarks.seed_candidates DIR
    .venv/bin/python -m benchmarks.seed_candidates DIR --list > candidates.tsv      # write yes or no before each
    .venv/bin/python -m benchmarks.seed_candidates DIR --judged candidates.tsv

DIR holds `resource_pages.jsonl.gz`: a row per page with `url`, `label` ("resource", "other"; others are left out), `title`. Each page is
taken for a link with its title as link text, as a page of links would write it, and ranked as `scrapy seeds review` ranks what a crawl met. Nothing
of the pages' content is used. Beside the ranking of all of them: the mean of many crawls that met 60 of them each.

That flatters, as those pages were collected by their names. With --judged the links themselves are ranked that the resource pages among them hold to
other sites, as `scrapy seeds review` shows them after a crawl of these pages; a person has said of the first ones what they lead to.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import statistics
import sys
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from prospector.export import TABLES
from prospector.items import OutboundLink, ResourcePage
from prospector.links.extract import read_page
from prospector.links.sites import site_of
from prospector.scoring.resource_pages import looks_like_resource_page
from prospector.store import Store

TOP = 10
CRAWLS, MET = 500, 60
MAX_ANCHOR = 120  # characters of a title


def candidates(path: Path, *, titles: bool = True) -> list[tuple[float, str, bool]]:
    """Likelihood, address, and whether it is a resource page; of each site the likeliest page.

    :param titles: False: the links' texts say nothing, so that addresses alone count.
    """
    best: dict[str, tuple[float, str, bool]] = {}
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            if row["label"] not in ("resource", "other"):
                continue
            title = " ".join((row["title"] or "").split())[:MAX_ANCHOR] if titles else ""
            link = OutboundLink(target_url=row["url"], anchor=title, context=title)
            rated = (looks_like_resource_page(link), row["url"], row["label"] == "resource")
            best[site_of(row["url"])] = max(best.get(site_of(row["url"]), rated), rated)
    return list(best.values())


def precision(met: Sequence[tuple[float, str, bool]]) -> float:
    first = sorted(met, key=lambda one: (-one[0], one[1]))[:TOP]
    return sum(is_resource for _, _, is_resource in first) / len(first)


def met_by_a_crawl(path: Path) -> list[str]:
    """The candidates among the links of the resource pages, best first, by the crawl's own tables."""
    with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder) / "crawl.db") as store:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for row in map(json.loads, lines):
                if row["label"] == "resource":
                    store.pages.save(_page(row))
        return [str(row["url"]) for row in TABLES["seed-candidates"].rows(store)]


def _page(row: Mapping[str, str]) -> ResourcePage:
    reading = read_page(row["html"], url=row["url"])
    return ResourcePage(
        url=row["url"],
        final_url=row["url"],
        status=200,
        fetched_at=datetime(2026, 1, 1, tzinfo=UTC),
        title=reading.title,
        links=reading.links,
    )


def judgements(path: Path) -> dict[str, bool]:
    """What a person said of addresses: lines of "yes" or "no", a tab, the address."""
    rows = (line.split("\t") for line in path.read_text("utf-8").splitlines())
    return {row[1]: row[0] == "yes" for row in rows if len(row) >= 2 and row[0] in ("yes", "no")}


def judged(found: Sequence[str], said: Mapping[str, bool]) -> str:
    """The figure in words: addresses that nobody judged count as wrong."""
    first = found[:TOP]
    right, unknown = sum(said.get(url, False) for url in first), sum(url not in said for url in first)
    share = right / len(first) if first else 0.0
    return f"links of a crawl: {len(found)} candidates, precision at {TOP} {share:.2f}" + (f" ({unknown} not judged)" if unknown else "")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--list", action="store_true", help="only show the candidates among the links of the resource pages, best first")
    parser.add_argument("--judged", type=Path, metavar="FILE", help="rank these links, too: lines of yes or no, a tab, the address")
    options = parser.parse_args(arguments)
    path: Path = options.folder / "resource_pages.jsonl.gz"
    if not path.is_file():
        print(f"{path} is not there. Give a folder that holds it.", file=sys.stderr)
        return 2
    if options.list:
        print("\n".join(f"?\t{url}" for url in met_by_a_crawl(path)))
        return 0
    for titles in (True, False):
        found = candidates(path, titles=titles)
        chance = random.Random(7)  # noqa: S311  # the same crawls each time
        means = [precision(chance.sample(found, min(MET, len(found)))) for _ in range(CRAWLS)]
        share = sum(is_resource for _, _, is_resource in found) / len(found)
        print(
            f"{'title as link text' if titles else 'address alone'}: {len(found)} sites, precision at {TOP} of all {precision(found):.2f}, of crawls "
            f"that met {MET} {statistics.fmean(means):.2f} on average and {min(means):.2f} at worst; chance finds {share:.2f}"
        )
    if options.judged:
        print(judged(met_by_a_crawl(path), judgements(options.judged)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
