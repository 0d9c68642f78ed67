"""What the dashboard costs in a large campaign: milliseconds for the whole page, and for each of its figures.

python -m benchmarks.dashboard_speed [--prospects 50000] [--targets 500000] [--turns 20] [--keep FILE]

The store is made up: every prospect has 24 links, one target in six is dead, of the dead two in five have a match.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from prospector.campaign import Campaign, find_campaign
from prospector.items import DraftStatus, Stage, VerdictKind
from prospector.review import dashboard
from prospector.store import Store

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
AT = NOW.isoformat()
LINKS_A_PAGE = 24
DEAD = [kind for kind in VerdictKind if kind.dead]
UNCLEAR = [VerdictKind.BLOCKED, VerdictKind.TRANSIENT, VerdictKind.UNKNOWN]
DECIDED = [status for status in DraftStatus if status not in {DraftStatus.WAITING, DraftStatus.READY}]


def page_url(number: int) -> str:
    return f"https://www.library-{number}.example/guides/gardening/links.html"


def target_url(number: int) -> str:
    return f"https://host-{number % 60_000}.example/articles/{number}/how-to-build-it.html"


def fill(path: Path, *, prospects: int, targets: int) -> None:
    """Straight into the tables, as the store would leave them."""
    dice = random.Random(11)  # noqa: S311  # made-up rows, no secret
    Store.open(path).close()
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA synchronous = OFF")
        db.executemany("INSERT INTO targets (url) VALUES (?)", ((target_url(number),) for number in range(targets)))
        for table, rows in (
            ("resource_pages", pages(prospects, dice)),
            ("links", links(prospects, targets, dice)),
            ("prospects", prospect_rows(prospects, dice)),
            ("drafts", drafts(prospects, dice)),
        ):
            add(db, table, rows)
        judge(db, targets, dice)
    db.close()


def add(db: sqlite3.Connection, table: str, rows: Iterator[dict[str, object]]) -> None:
    first = next(rows)
    columns = ", ".join(first)
    values = ", ".join(f":{column}" for column in first)
    db.execute(f"INSERT INTO {table} ({columns}) VALUES ({values})", first)  # noqa: S608  # names of ours
    db.executemany(f"INSERT INTO {table} ({columns}) VALUES ({values})", rows)  # noqa: S608


def pages(number: int, dice: random.Random) -> Iterator[dict[str, object]]:
    for at in range(number):
        texts = {"etag": "", "last_modified": "", "signals": "[]", "language": "en", "seed": page_url(0), "title": f"Gardening links {at}"}
        numbers = {"status": 200, "outbound_links": LINKS_A_PAGE, "outbound_domains": 20, "is_resource_page": at % 10 > 0, "depth": 1}
        site = f"library-{at}.example"
        yield {"url": page_url(at), "final_url": page_url(at), "site": site, "fetched_at": AT, **texts, **numbers} | {
            "snapshot": dice.randbytes(6000)
        }


def links(number: int, targets: int, dice: random.Random) -> Iterator[dict[str, object]]:
    for page in range(number):
        for position in range(LINKS_A_PAGE):
            wanted = min(int(dice.paretovariate(0.4)), targets) - 1 if position < 4 else dice.randrange(targets)
            texts = {
                "fragment": "",
                "rel": "",
                "section": "Compost",
                "heading": "Compost",
                "context": "How to build it, step by step. " * 3,
            }
            flags = {"boilerplate": 0, "own": 0, "present": 1, "position": position}
            yield {"page_url": page_url(page), "target_url": target_url(wanted), "anchor": f"How to build number {wanted}"} | {
                **texts,
                **flags,
                "first_seen": AT,
                "last_seen": AT,
            }


def prospect_rows(number: int, dice: random.Random) -> Iterator[dict[str, object]]:
    contact = None  # a row in contacts would say nothing more here
    for at in range(number):
        stage = Stage.FOUND if at % 5 == 0 else dice.choices([Stage.DRAFTED, Stage.CONTACTED, Stage.WON], [90, 8, 2])[0]
        yield {"page_url": page_url(at), "score": dice.randrange(101), "parts": '{"reason":"6 of 9 words"}' * 40, "stage": stage} | {
            "contact_id": contact,
            "flags": "[]",
            "updated_at": AT,
        }


def drafts(number: int, dice: random.Random) -> Iterator[dict[str, object]]:
    for at in range(number):
        if at % 5 == 0:
            continue
        status = dice.choices([DraftStatus.WAITING, DraftStatus.READY, dice.choice(DECIDED)], [40, 30, 30])[0]
        texts = {
            "recipient": f"a@library-{at}.example",
            "subject": "A dead link",
            "body": "Dear reader, " * 90,
            "template": "resource-page",
        }
        yield {"page_url": page_url(at), "status": status, **texts, "note": "", "created_at": AT, "updated_at": AT}


def judge(db: sqlite3.Connection, number: int, dice: random.Random) -> None:
    def verdicts() -> Iterator[tuple[object, ...]]:
        for at in range(number):
            fate = dice.random()
            kind = dice.choice(DEAD) if fate < 1 / 6 else dice.choice(UNCLEAR) if fate < 1 / 4 else VerdictKind.ALIVE
            confidence = dice.choice(["probable", "confirmed"]) if kind.dead else None
            due = (NOW + timedelta(minutes=dice.randrange(-2000, 30_000))).isoformat()
            yield kind, confidence, due, target_url(at)

    # only what the figures need: the count of sites is the number of pages here, because every page is a site of its own
    db.executemany(
        """
        UPDATE targets SET verdict = ?, confidence = ?, next_check_at = ?, reason = 'It answers as it did.', matched_at = NULL,
            referring_pages = linked, referring_domains = linked
        WHERE url = ?
        """,
        verdicts(),
    )
    dead = [url for (url,) in db.execute("SELECT url FROM targets WHERE confidence IS NOT NULL")]
    db.executemany("UPDATE targets SET matched_at = ? WHERE url = ?", ((AT, url) for url in dead))
    db.executemany(
        "INSERT INTO matches (target_url, rank, page_url, page_title, score, confidence, strength, reasons) VALUES (?, 1, ?, ?, 7, 0.9, ?, '[]')",
        ((url, "https://mine.example/guide", "My guide", dice.choice(["strong", "possible"])) for url in dead if dice.random() < 0.4),
    )
    db.executemany(
        "INSERT INTO archived_copies (target_url, captured_at, archive_url, title, headings, text, failures, asked_at)"
        " VALUES (?, ?, ?, 'How to build it', '', ?, '[]', ?)",
        ((url, AT, f"https://archive.example/2012/{url}", "words " * 300, AT) for url in dead[::3]),
    )


def milliseconds(work: Callable[[], object], turns: int) -> tuple[float, float]:
    """Median and worst."""
    taken = []
    for _ in range(turns):
        began = time.perf_counter()
        work()
        taken.append(1000 * (time.perf_counter() - began))
    return statistics.median(taken), max(taken)


def measure(path: Path, campaign: Campaign, turns: int) -> None:
    with Store.open(path, create=False) as store:
        figures = store.figures
        rows: dict[str, Callable[[], object]] = {
            "pages": figures.pages,
            "targets": figures.targets,
            "prospects": figures.prospects,
            "claims due": lambda: figures.claims_due([NOW + timedelta(days=day) for day in range(5)]),
            "most wanted": lambda: figures.most_wanted(15),
            "content gaps": lambda: figures.gaps(15),
            "the whole page": lambda: dashboard.page(store, campaign, NOW),
        }
        print(f"{path.stat().st_size / 1e6:,.0f} MB; median and worst of {turns}, milliseconds")
        for name, work in rows.items():
            median, worst = milliseconds(work, turns)
            print(f"{name:<16}{median:>8.1f}{worst:>8.1f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--prospects", type=int, default=50_000)
    parser.add_argument("--targets", type=int, default=500_000)
    parser.add_argument("--turns", type=int, default=20)
    parser.add_argument("--keep", type=Path, metavar="FILE", help="make the database here and keep it; use it if it is there")
    given = parser.parse_args()
    campaign, _ = find_campaign(None, Path.cwd())
    with tempfile.TemporaryDirectory() as folder:
        path = given.keep or Path(folder) / "large.db"
        if not path.exists():
            began = time.perf_counter()
            fill(path, prospects=given.prospects, targets=given.targets)
            print(f"made in {time.perf_counter() - began:.0f} s")
        measure(path, campaign, given.turns)


if __name__ == "__main__":
    main()
