"""How quickly an export of a backlink tool is taken in, and with how much memory: makes one of a million rows and imports it.

.venv/bin/python -m benchmarks.backlinks_speed
.venv/bin/python -m benchmarks.backlinks_speed --rows 200000 --profile
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import random
import resource
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from prospector.backlinks.read import read_export
from prospector.store import Store

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HEADINGS = (
    "Referring page title,Referring page URL,Language,Platform,Referring page HTTP code,Domain rating,UR,Domain traffic,Referring domains,"
    "Linked domains,External links,Page traffic,Keywords,Target URL,Left context,Anchor,Right context,Nofollow,UGC,Sponsored,First seen,Last seen,Lost"
)


def written(rows: int) -> Iterator[str]:
    """Rows as a tool writes them: quoted text, many linking pages of a site, few linked pages."""
    chance = random.Random(7)  # noqa: S311  # the same file each time
    yield HEADINGS
    for number in range(rows):
        site, target = chance.randrange(rows // 10 + 1), chance.randrange(rows // 50 + 1)
        yield (
            f'"Garden links, {number}",https://site{site}.example.org/lists/{number}.html,en,,200,{site % 90},12,1200,9,44,52,3,2,'
            f'https://www.example.net/guides/{target}?ref=1,See the,"composting guide, part {target}",of the county,'
            f"false,false,false,2021-03-04 10:20:30,2026-10-01 08:00:00,"
        )


def measure(rows: int, folder: Path, *, profile: bool) -> None:
    path = folder / "export.csv"
    with path.open("w", encoding="utf-8") as file:  # line by line: the text must not count as memory that the import needs
        file.writelines(f"{line}\n" for line in written(rows))
    profiler = cProfile.Profile()
    began, cpu = time.perf_counter(), time.process_time()
    with Store.open(folder / "campaign.db") as store, path.open("rb") as file:
        if profile:
            profiler.enable()
        imported = store.backlinks.save(read_export(file, name=path.name), file=path.name, now=NOW)
        profiler.disable()
    took, used = time.perf_counter() - began, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"{imported.rows:,} rows of {path.stat().st_size / 1e6:.0f} MB: {took:.1f} s, {used:.1f} s of them computing, at most {peak} MB of memory"
    )
    if profile:
        pstats.Stats(profiler).sort_stats("tottime").print_stats(25)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--profile", action="store_true", help="tell which functions take the time; slows all down")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        measure(options.rows, Path(folder), profile=options.profile)


if __name__ == "__main__":
    main()
