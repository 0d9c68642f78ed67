"""What the matcher makes of sites of a few pages: pieces cut out of the labelled sites, each a page that answers and its nearest neighbours.

python -m benchmarks.matching_small_sites DIR SPLIT [--pages 8] [--links 70]

For each link: the right page and its neighbours (is it offered?), and the neighbours alone (is one of them offered wrongly: near), which are
also asked for a link about something else (far). Weights are the shipped ones.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import takewhile
from pathlib import Path

from benchmarks.matching import Question, question_topic, read_pages, read_questions
from prospector.items import SitePage
from prospector.matching.rank import Ranker
from prospector.matching.weights import Weights
from prospector.store import Store

THRESHOLDS = (0.3, 0.7)


def pieces(pages: Sequence[SitePage], question: Question, size: int, rng: random.Random) -> tuple[list[SitePage], list[SitePage]] | None:
    """A small site with an answer, and one without; None when the labelled page is not among the site's."""
    answers = {*question.row["gold"], *question.row.get("gold_loose", ())}
    right = next((page for page in pages if page.url in question.row["gold"]), None)
    if right is None:
        return None
    others = [page for page in pages if page.url not in answers]
    rng.shuffle(others)
    place = right.url.split("/")
    others.sort(key=lambda page: -_shared_folders(page.url.split("/"), place))
    return [right, *others[: size - 1]], others[:size]


def _shared_folders(ours: Sequence[str], theirs: Sequence[str]) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(ours, theirs, strict=False)))


def small_sites(folder: Path, split: str, *, size: int, links: int) -> Iterator[tuple[list[SitePage], list[Question]]]:
    """Each with what it is asked: a site that has the answer, then one that has none. The same ones whenever they are made.

    :param links: of each labelled site.
    """
    rng = random.Random(3)  # noqa: S311  # which pieces are cut out, no secret
    asked: dict[tuple[str, str], list[Question]] = defaultdict(list)
    for question in read_questions(folder, split):
        asked[question.site, question.kind].append(question)
    for site, pages in read_pages(folder, split).items():
        for question in rng.sample(asked[site, "pos"], links):
            cut = pieces(pages, question, size, rng)
            if cut is not None:
                yield cut[0], [question]
                yield cut[1], [replace(question, kind="near"), rng.choice(asked[site, "far"])]


@contextmanager
def ranker_over(pages: Sequence[SitePage], weights: Weights | None = None) -> Iterator[Ranker]:
    with tempfile.TemporaryDirectory(prefix="small-") as folder, Store.open(Path(folder) / "site.db") as store:
        store.site.save(pages)
        yield Ranker(store.site, weights)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("split")
    parser.add_argument("--pages", type=int, default=8)
    parser.add_argument("--links", type=int, default=70, help="of each site")
    given = parser.parse_args()
    seen: dict[str, list[tuple[float, bool]]] = defaultdict(list)  # kind → confidence, and whether the best page is right
    for pages, questions in small_sites(given.folder, given.split, size=given.pages, links=given.links):
        with ranker_over(pages) as ranker:
            for question in questions:
                top = next(iter(ranker.rank(question_topic(question.row, question.page))), None)
                right = top is not None and question.kind == "pos" and top.page.url in question.row["gold"]
                seen[question.kind].append((top.confidence if top else 0.0, right))
    number = len(seen["pos"])
    print(f"{number} sites of {given.pages} pages: the right page comes first on {sum(right for _, right in seen['pos']) / number:.3f}")
    for threshold in THRESHOLDS:
        offered = [right for confidence, right in seen["pos"] if confidence >= threshold]
        wrongly = {kind: sum(confidence >= threshold for confidence, _ in seen[kind]) / number for kind in ("near", "far")}
        print(
            f"confidence >= {threshold}: offered {len(offered) / number:.3f}, right {sum(offered) / max(1, len(offered)):.3f}; "
            f"false offers near {wrongly['near']:.3f}, far {wrongly['far']:.3f}"
        )


if __name__ == "__main__":
    main()
