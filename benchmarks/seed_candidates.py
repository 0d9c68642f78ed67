"""How well further lists of links are told from other pages before anybody visits them: precision at 10.

    .venv/bin/python -m benchmarks.seed_candidates DIR

DIR holds `resource_pages.jsonl.gz`: a row per page with `url`, `label` ("resource", "other"; others are left out), `title`. Each page is
taken for a link with its title as link text, as a page of links would write it, and ranked as `scrapy seeds review` ranks what a crawl met. Nothing
of the pages' content is used. Beside the ranking of all of them: the mean of many crawls that met 60 of them each.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import statistics
import sys
from collections.abc import Sequence
from pathlib import Path

from prospector.items import OutboundLink
from prospector.links.sites import site_of
from prospector.scoring.resource_pages import looks_like_resource_page

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


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    path: Path = parser.parse_args(arguments).folder / "resource_pages.jsonl.gz"
    if not path.is_file():
        print(f"{path} is not there. Give a folder that holds it.", file=sys.stderr)
        return 2
    for titles in (True, False):
        found = candidates(path, titles=titles)
        chance = random.Random(7)  # noqa: S311  # the same crawls each time
        means = [precision(chance.sample(found, min(MET, len(found)))) for _ in range(CRAWLS)]
        share = sum(is_resource for _, _, is_resource in found) / len(found)
        print(
            f"{'title as link text' if titles else 'address alone'}: {len(found)} sites, precision at {TOP} of all {precision(found):.2f}, of crawls "
            f"that met {MET} {statistics.fmean(means):.2f} on average and {min(means):.2f} at worst; chance finds {share:.2f}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
