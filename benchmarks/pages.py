"""Read a folder of stored pages exactly as the crawl does, and write what was read, one JSON object a line.

The folder holds `resource_pages.jsonl.gz`: a row per page with `id`, `url`, `html` and, where known, `own_domains`.
Each becomes {"type": "page", "id", "label": "resource" | "other", "links": [...]}, ready for the folder's own scorer.
It may hold `sites.jsonl.gz`: a row per site with `site_id` and `pages`, each with `url` and `html`. The first is the page that a crawl
would come from; of the others the search for a contact sees those that it asks for. Each site becomes
{"type": "site", "site_id", "kind": "email" | "form" | "none", "value"}.
"""

import argparse
import gzip
import json
import re
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from prospector.contacts.search import ContactSearch
from prospector.items import ContactKind
from prospector.links.extract import read_page
from prospector.links.urls import normalise
from prospector.scoring.resource_pages import is_resource_page, page_signals

_PAGES = "resource_pages.jsonl.gz"
_SITES = "sites.jsonl.gz"


def main(arguments: list[str] | None = None) -> int:
    """0: written; 2: the folder or the output is unusable."""
    given = _arguments(arguments)
    pages: Path = given.folder / _PAGES
    if not pages.is_file():
        print(f"{pages} is not there. Give a folder that holds {_PAGES}.", file=sys.stderr)
        return 2
    started = time.perf_counter()
    sites: Path = given.folder / _SITES
    links = number = searched = 0
    try:
        with given.out.open("w", encoding="utf-8") as out:
            for row in page_rows(_rows(pages)):
                out.write(json.dumps(row, ensure_ascii=False) + "\n")
                number += 1
                links += len(row["links"])
            for row in site_rows(_rows(sites) if sites.is_file() else ()):
                out.write(json.dumps(row, ensure_ascii=False) + "\n")
                searched += 1
    except (OSError, EOFError, KeyError, ValueError) as problem:
        print(f"Stopped after {number} pages and {searched} sites: {type(problem).__name__}: {problem}", file=sys.stderr)
        return 2
    seconds = time.perf_counter() - started
    print(f"{number} pages, {links} links to other sites, {searched} sites searched for a contact, {seconds:.1f} s: {given.out}")
    return 0


def page_rows(rows: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """What the crawl would know of each stored page."""
    for row in rows:
        reading = read_page(row["html"], url=row["url"], own_sites=frozenset(row.get("own_domains") or ()))
        yield {
            "type": "page",
            "id": row["id"],
            "label": "resource" if is_resource_page(page_signals(reading, row["url"])) else "other",
            "links": [
                {
                    "url": link.target_url,
                    "text": link.anchor,
                    "heading": link.heading,
                    "section": link.section,
                    "context": link.context,
                    "boilerplate": link.boilerplate,
                }
                for link in reading.links
            ],
        }


def site_rows(rows: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Whom the crawl would write to at each stored site, coming from its first page."""
    for row in rows:
        first, *others = row["pages"]
        stored = {_address(page["url"]): page for page in others}
        search = ContactSearch(first["html"], url=first["url"], now=datetime.now(UTC))
        while url := search.next_page():
            if page := stored.get(_address(url)):
                search.read(page["html"], url=page["url"])
        best = next(iter(search.found), None)
        kind = "none" if best is None else "email" if best.kind is ContactKind.EMAIL else "form"
        yield {"type": "site", "site_id": row["site_id"], "kind": kind, "value": best.value if best else None}


def _address(url: str) -> str:
    """A web server shows a folder's index under both names."""
    return re.sub(r"/(?:index\.\w+)?$", "", normalise(url) or url)


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                yield json.loads(line)


def _arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, metavar="DIR", help=f"the folder with {_PAGES}")
    parser.add_argument("out", type=Path, metavar="OUT", help="the file to write (replaced if it is there)")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
