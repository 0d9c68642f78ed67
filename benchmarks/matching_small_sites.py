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
from itertools import takewhile
from pathlib import Path

from benchmarks.matching import Question, question_topic, read_pages, read_questions
from prospector.items import SitePage
from prospector.matching.rank import Ranked, Ranker
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


def best(pages: Sequence[SitePage], questions: Sequence[Question]) -> Iterator[Ranked | None]:
    with tempfile.TemporaryDirectory(prefix="small-") as folder, Store.open(Path(folder) / "site.db") as store:
        store.site.save(pages)
        ranker = Ranker(store.site)
        for question in questions:
            yield next(iter(ranker.rank(question_topic(question.row, question.page))), None)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("split")
    parser.add_argument("--pages", type=int, default=8)
    parser.add_argument("--links", type=int, default=70, help="of each site")
    given = parser.parse_args()
    rng = random.Random(3)  # noqa: S311  # which pieces are cut out, no secret
    asked: dict[tuple[str, str], list[Question]] = defaultdict(list)
    for question in read_questions(given.folder, given.split):
        asked[question.site, question.kind].append(question)
    seen: dict[str, list[tuple[float, bool]]] = defaultdict(list)  # kind → confidence, and whether the best page is right
    for site, pages in read_pages(given.folder, given.split).items():
        questions = rng.sample(asked[site, "pos"], given.links)
        for question in questions:
            cut = pieces(pages, question, given.pages, rng)
            if cut is None:
                continue
            for kind, top in zip(("pos",), best(cut[0], [question]), strict=True):
                seen[kind].append((top.confidence, top.page.url in question.row["gold"]) if top else (0.0, False))
            for kind, top in zip(("near", "far"), best(cut[1], [question, rng.choice(asked[site, "far"])]), strict=True):
                seen[kind].append((top.confidence if top else 0.0, False))
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
