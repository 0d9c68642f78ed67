"""Letters that were sent about pages of a loopback web, and the monitor that looks at them on days that a test turns to."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

import prospector
from prospector.campaign import Campaign
from prospector.deciding import Decisions
from prospector.drafting import open_suppressions
from prospector.items import Claim, DraftStatus, OutboundLink, Stage
from prospector.outreach.decency import PastLetter
from prospector.store import Store
from prospector.store.codecs import time_text
from prospector.watching.states import State
from tests.crawling import crawl
from tests.resource_web import OWN, ResourceWeb
from tests.store import builders as make

SENT = datetime(2026, 3, 2, 9, tzinfo=UTC)
GUIDE = f"http://{OWN}/guides/hot-composting.html"
OTHER = f"http://{OWN}/guides/pruning-old-roses.html"
OLD = "http://old.test/compost"
CLOCKED = [
    module
    for found in pkgutil.walk_packages(prospector.__path__, "prospector.")
    if found.name.startswith(("prospector.spiders", "prospector.pipelines", "prospector.extensions"))
    and hasattr(module := importlib.import_module(found.name), "utc_now")
]
WALL = "<title>Just a moment...</title><script>window._cf_chl_opt={}</script><h1>Checking your browser</h1>"


class Watched:
    """Letters that were sent, and the web as it is on a day."""

    def __init__(self, web: ResourceWeb, monkeypatch: pytest.MonkeyPatch, extra: str = "") -> None:
        self.web = web
        self._monkeypatch = monkeypatch
        web.write_campaign([], extra=extra)

    def page(self, name: str, body: str, *, status: int = 200, delay: float = 0.0, robots: str = "all") -> str:
        """What the page of this name answers now."""
        return self.web.serve(f"{name}.test", "/links", body, status=status, delay=delay, **{"X-Robots-Tag": robots})

    def letter(self, name: str, *, before: str = "") -> str:
        """One was sent about this page, which had the dead link, and is out."""
        url = f"http://{name}.test/links"
        with Store.open(self.web.database) as store:
            html = f'<p><a href="{OLD}">The old guide</a> {before}</p>'
            dead = OutboundLink(target_url=OLD, anchor="The old guide")
            store.pages.save(replace(make.page(url), final_url=url, html=html, links=(dead,), fetched_at=SENT - timedelta(days=1)))
            claim = Claim(target_url=OLD, anchor="The old guide", offer_url=GUIDE, carries=True)
            address = f"lind@{name}.test"
            store.drafts.save(make.draft(url, status=DraftStatus.SENT, claims=(claim,), recipient=address), now=SENT)
            store._session.run(
                "UPDATE drafts SET sent_at = ?, outcome = 'sent', receipt = ? WHERE page_url = ?", (time_text(SENT), name, url)
            )
            site, contact = f"{name}.test", make.contact(address, source_url=url)
            store.prospects.save_contacts(site, [replace(contact, site=site)], checked_at=SENT)
            whom = store.prospects.contacts(site)[0]
            store.prospects.save(make.prospect(url, site=site, stage=Stage.DRAFTED, contact=whom), now=SENT)
            store.prospects.set_stage(url, Stage.CONTACTED, now=SENT)
        with open_suppressions(self.campaign, self.listed) as listed:
            listed.note_letter(name, PastLetter(sent_at=SENT), address=address, site=site, page_url=url)
        return url

    @property
    def campaign(self) -> Campaign:
        return self.web.campaign()

    @property
    def listed(self) -> str:
        return str(self.web.folder / "listed.db")

    @contextmanager
    def deciding(self) -> Iterator[Decisions]:
        """A person at the desk."""
        with Store.open(self.web.database) as store, open_suppressions(self.campaign, self.listed) as listed:
            yield Decisions(store, self.campaign, listed)

    async def look(self, days: float, **arguments: str) -> dict[str, tuple[State, State]]:
        """What the monitor sees on that day after the letters: of each host what it saw, and what counts."""
        now = SENT + timedelta(days=days)
        for module in CLOCKED:
            self._monkeypatch.setattr(module, "utc_now", lambda: now)
        settings = {**self.web.settings, "SUPPRESSIONS_DB": self.listed}
        await crawl("monitor", settings=settings, campaign=self.campaign, **arguments)
        with Store.open(self.web.database) as store:
            rows = store.watching.latest()
        return {row["page_url"].split("/")[2].removesuffix(".test"): (State(row["seen"]), State(row["state"])) for row in rows}

    def stage(self, name: str) -> Stage | None:
        with Store.open(self.web.database) as store:
            return store.prospects.stage(f"http://{name}.test/links")


def link(url: str, rel: str = "") -> str:
    return f'<title>Links</title><h1>Useful links</h1><ul><li><a href="{url}" rel="{rel}">A guide</a>, well worth a visit</li></ul>'
