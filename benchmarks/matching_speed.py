"""What matching costs on a large site: seconds and megabytes for the index, milliseconds a link.

python -m benchmarks.matching_speed DIR SPLIT [--pages 10000] [--links 300]

The pages of all labelled sites make one site, repeated with a word of their own in title and text until there are enough of them; the
links are the labelled ones, in a mixed order. Weights are the shipped ones.
"""

from __future__ import annotations

import argparse
import gc
import itertools
import random
import resource
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from benchmarks.matching import question_topic, read_pages, read_questions
from prospector.items import SitePage
from prospector.matching.rank import Ranker
from prospector.store import Store


def enough_pages(folder: Path, split: str, number: int) -> Iterator[SitePage]:
    pages = [page for site in read_pages(folder, split).values() for page in site]
    for turn in itertools.count():
        for page in pages[: max(0, number - turn * len(pages))]:
            yield page if turn == 0 else repeated(page, turn)
        if (turn + 1) * len(pages) >= number:
            return


def repeated(page: SitePage, turn: int) -> SitePage:
    return replace(page, url=f"{page.url}-volume{turn}", title=f"{page.title} volume{turn}", text=f"volume{turn} {page.text}")


def memory() -> float:
    """MB, the peak so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("split")
    parser.add_argument("--pages", type=int, default=10_000)
    parser.add_argument("--links", type=int, default=300)
    given = parser.parse_args()
    questions = [question for question in read_questions(given.folder, given.split) if question.kind == "pos"]
    random.Random(7).shuffle(questions)  # noqa: S311  # an order to measure in, no secret
    topics = [question_topic(question.row, question.page) for question in questions[: given.links]]
    del questions
    gc.collect()
    gc.freeze()  # the labelled data is no part of a crawl: its garbage collections need not walk through it
    with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder) / "site.db") as store:
        spent = 0.0
        pages = enough_pages(given.folder, given.split, given.pages)
        while batch := list(itertools.islice(pages, 1000)):
            began = time.process_time()
            store.site.save(batch)
            spent += time.process_time() - began
        before = memory()
        began = time.process_time()
        ranker = Ranker(store.site)
        ranker.rank(topics[0])
        first = time.process_time() - began
        times = []
        for topic in topics[1:]:
            began = time.process_time()
            ranker.rank(topic)
            times.append(1000 * (time.process_time() - began))
        size = (Path(folder) / "site.db").stat().st_size / 1e6
    times.sort()
    print(f"{ranker.documents} pages: saved in {spent:.1f} s ({size:.0f} MB on disk), first link after {first:.1f} s")
    print(
        f"{len(times)} links, processor time: {sum(times) / len(times):.1f} ms a link, median {times[len(times) // 2]:.1f}, worst {times[-1]:.1f}"
    )
    print(f"memory: {memory() - before:.0f} MB for the ranker, {memory():.0f} MB in all")


if __name__ == "__main__":
    main()
