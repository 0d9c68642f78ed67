"""How long a person waits for an approval while a crawl writes: `.venv/bin/python benchmarks/approvals.py`.

    benchmarks/approvals.py [--drafts 150] [--links 60] [--idle]

Another process writes into the same database what a crawl writes (pages with their links, looks with their verdicts, in the crawl's own batches, as
fast as it can); meanwhile each of the drafts is approved, with lint, the shared suppression list and the journal. Then every approval is looked for in
the database. Exit code 1: one is lost, the median is above 10 ms or one is above 1 s.
"""

from __future__ import annotations

import argparse
import multiprocessing
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from multiprocessing.synchronize import Event
from pathlib import Path

from prospector.campaign import load_campaign
from prospector.deciding import Decisions, Done
from prospector.items import (
    Confidence,
    Contact,
    ContactKind,
    DraftStatus,
    Match,
    Observation,
    OutboundLink,
    Outcome,
    ResourcePage,
    Strength,
    Verdict,
    VerdictKind,
)
from prospector.store import Store
from prospector.store.suppressions import Suppressions

MEDIAN, MOST = 0.010, 1.0  # seconds
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
OFFER = "https://lindgarden.example/companion-planting"
TEMPLATES = Path(__file__).parent.parent / "templates"
CAMPAIGN = f"""
name = "approvals"
sites = [{{ url = "https://lindgarden.example/" }}]
[sender]
name = "Ada Lind"
email = "ada@lindgarden.example"
site = "https://lindgarden.example/about"
relation = "owner"
postal_address = "Lind Garden, 1 Mill Lane, Anytown"
[templates]
folder = '{TEMPLATES}'
"""


def page(number: int, links: int, *, host: str = "site") -> ResourcePage:
    url = f"https://www.{host}{number}.example/links"
    outbound = tuple(
        OutboundLink(target_url=f"https://{host}{number}-{n}.example.net/guide", anchor=f"Planting guide {n}", context="A guide to planting.", position=n)
        for n in range(links)
    )  # fmt: skip
    html = f"<title>Gardening {number}</title>" + "".join(f"<li><a href='{link.target_url}'>{link.anchor}</a>" for link in outbound)
    return ResourcePage(
        url=url, final_url=url, status=200, fetched_at=NOW, title="Gardening links", language="en", html=html, is_resource_page=True, links=outbound
    )  # fmt: skip


def look(url: str, *, dead: bool) -> tuple[Observation, Verdict]:
    seen = Observation(target_url=url, observed_at=NOW - timedelta(days=3), outcome=Outcome.ANSWERED, status=404 if dead else 200)
    if not dead:
        return seen, Verdict(kind=VerdictKind.ALIVE, reason="It answers.", next_check_at=NOW + timedelta(days=30))
    reason = "It answered 404 twice."
    return seen, Verdict(
        kind=VerdictKind.GONE, confidence=Confidence.CONFIRMED, reason=reason, first_failed_at=seen.observed_at, next_check_at=NOW + timedelta(days=7)
    )  # fmt: skip


def fill(decisions: Decisions, drafts: int, links: int) -> list[int]:
    """As many pages with a letter each; the letters' numbers."""
    store = decisions.store
    for number in range(drafts):
        made = page(number, links)
        store.pages.save(made)
        store.evidence.save_checks([look(link.target_url, dead=link.position < 2) for link in made.links], now=NOW)
        dead = made.links[0].target_url
        match = Match(
            target_url=dead, rank=1, page_url=OFFER, page_title="Companion planting", score=9, confidence=0.9, strength=Strength.STRONG
        )
        store.findings.save_matches(dead, [match], now=NOW)
        site = f"site{number}.example"
        contact = Contact(site=site, kind=ContactKind.EMAIL, value=f"bo@{site}", source_url=made.url, found_at=NOW)
        store.prospects.save_contacts(site, [contact], checked_at=NOW)
        decisions.writer.redraft(made.url, now=NOW)
    return [draft.id for draft in store.drafts.list(DraftStatus.READY)]


def crawl(path: Path, links: int, begun: Event, stop: Event) -> None:
    """Write as a crawl does, until told to stop."""
    with Store.open(path, create=False) as store:
        number = 0
        while not stop.is_set():
            made = page(number, links, host="crawled")
            store.pages.save(made)
            store.evidence.save_checks([look(link.target_url, dead=False) for link in made.links], now=NOW)
            store.pages.mark_done(made.url, now=NOW)
            begun.set()
            number += 1


def measure(folder: Path, *, drafts: int, links: int, busy: bool = True) -> tuple[list[float], int, int]:
    """Seconds of each approval, how many are lost, and how many pages the other process wrote meanwhile."""
    file = folder / "campaign.toml"
    file.write_text(CAMPAIGN, "utf-8")
    campaign = load_campaign(file)
    spawn = multiprocessing.get_context("spawn")
    begun, stop = spawn.Event(), spawn.Event()
    with Store.open(campaign.database) as store, Suppressions.open(folder / "suppressions.db") as suppressions:
        decisions = Decisions(store, campaign, suppressions)
        wanted = fill(decisions, drafts, links)
        crawler = spawn.Process(target=crawl, args=(campaign.database, links, begun, stop))
        if busy:
            crawler.start()
            begun.wait(60)
        seconds, approved = [], []
        try:
            for draft_id in wanted:
                began = time.perf_counter()
                result = decisions.approve(draft_id, now=NOW)
                seconds.append(time.perf_counter() - began)
                approved += [draft_id] if isinstance(result, Done) else []
                time.sleep(0.01)  # a person's hand, at its fastest
        finally:
            stop.set()
            if busy:
                crawler.join(60)
    with Store.open(campaign.database, create=False) as store:
        kept = [draft for draft in store.drafts.list(DraftStatus.APPROVED) if store.drafts.events(draft.id)[-1].kind == "approved"]
        pages = sum(known.url.startswith("https://www.crawled") for known in store.pages.known())
    return seconds, drafts - len({draft.id for draft in kept} & set(approved)), pages


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--drafts", type=int, default=150)
    parser.add_argument("--links", type=int, default=60, help="links on each page")
    parser.add_argument("--idle", action="store_true", help="no other process, to compare with")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        seconds, lost, pages = measure(Path(folder), drafts=given.drafts, links=given.links, busy=not given.idle)
    median, most = statistics.median(seconds), max(seconds)
    print(f"{len(seconds)} approvals while {pages} pages with {given.links} links were written:")
    print(
        f"median {median * 1000:.1f} ms, 95 % below {statistics.quantiles(seconds, n=20)[-1] * 1000:.1f} ms, longest {most * 1000:.0f} ms, {lost} lost"
    )
    return int(bool(lost) or median > MEDIAN or most > MOST)


if __name__ == "__main__":
    sys.exit(main())
