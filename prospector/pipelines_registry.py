"""Vanished and taken-over domains → what their registries say, as observations. Asked beside the crawl; nothing waits for it but the end.

"No such domain" is an earlier pass for `dns`; a registration that is younger than the link speaks for `hijacked`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from scrapy.crawler import Crawler

from prospector.checking.handler import network_of
from prospector.checking.observe import Look
from prospector.checking.rdap_client import RdapClient, Registration
from prospector.items import Observation, Outcome, Verdict, VerdictKind, Via
from prospector.links.sites import registrable_domain
from prospector.pipelines import CampaignPipeline
from prospector.spiders.campaign_spider import looks_judged
from prospector.spiders.clock import utc_now
from prospector.store import Store, StoreError
from prospector.verdicts.evidence import DOMAIN_GONE, REGISTERED_LATER
from prospector.verdicts.judge import judge
from prospector.verdicts.looks import look

logger = logging.getLogger(__name__)

MOST_WAITING = 1000  # targets that wait for a registry, which hears one question a second; the next recheck asks about the others
LAST_WAIT = 10.0  # seconds that the end of a run waits for registries
ASKED_ANEW = timedelta(days=30)  # a registry's word on a target is not asked for again before


class AskRegistries(CampaignPipeline):
    """Looks at vanished or taken-over domains → the registry's word in the store."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._client: RdapClient | None = None
        self._asking: set[asyncio.Task[None]] = set()

    async def open_spider(self) -> None:
        if bootstrap := self.crawler.settings.get("RDAP_BOOTSTRAP"):
            self._client = RdapClient(network_of(self.crawler), bootstrap)
            self.crawler.signals.connect(self._looks_judged, looks_judged)

    async def work(self, item: object) -> object:
        return item

    async def close_spider(self) -> None:
        if self._client is None:
            return
        if self._asking and not self.spider.stopping:
            await asyncio.wait(self._asking, timeout=LAST_WAIT)
        for task in self._asking:
            task.cancel()
        await asyncio.gather(*self._asking, return_exceptions=True)
        await self._client.close()

    def _looks_judged(self, judged: Sequence[tuple[Look, Verdict]]) -> None:
        if self.spider.stopping:
            return
        for taken, verdict in judged:
            if verdict.kind is not VerdictKind.ALIVE:
                self._look_taken(taken)

    def _look_taken(self, taken: Look) -> None:
        last = taken.observations[-1]
        host = urlsplit(taken.target_url).hostname or ""
        if last.offline or not self._is_in_its_world(taken.target_url):
            return
        if (last.outcome is Outcome.NO_HOST and DOMAIN_GONE in last.detail) or look(last).kind is VerdictKind.HIJACKED:
            if len(self._asking) >= MOST_WAITING:
                self.count("registry/not_asked")
                return
            task = self.spider.beside(self._ask(taken.target_url, registrable_domain(host)))
            self._asking.add(task)
            task.add_done_callback(self._asking.discard)

    def _is_in_its_world(self, target_url: str) -> bool:
        """A registry of the internet knows nothing of names that a hosts file makes up."""
        network, bootstrap = network_of(self.crawler), str(self.crawler.settings.get("RDAP_BOOTSTRAP"))
        if network.resolver.hosts_only:
            return (urlsplit(bootstrap).hostname or "") in network.resolver.hosts
        return network.is_local(bootstrap) or not network.is_local(target_url)

    async def _ask(self, target_url: str, domain: str) -> None:
        assert self._client is not None
        try:
            if self._asked_lately(target_url):
                return
            said = await self._client.ask(domain)
            self.count(f"registry/{'no_word' if said is None else 'exists' if said.exists else 'absent'}")
            if said is not None:
                self._keep(target_url, said)
        except StoreError as error:
            self.spider.give_up(error)
        except Exception:  # a registry's word is welcome and no more: nothing may fail for want of it
            if not self.spider.stopping:  # else it is the end of the network that shows
                logger.exception("Could not ask the registry of %s", domain)

    def _asked_lately(self, target_url: str) -> bool:
        since = utc_now() - ASKED_ANEW
        return any(one.via is Via.RDAP and one.observed_at > since for one in self.spider.store.evidence.observations(target_url))

    def _keep(self, target_url: str, said: Registration) -> None:
        evidence, now = self.spider.store.evidence, utc_now()
        one = Observation(
            target_url=target_url,
            observed_at=now,
            outcome=Outcome.ANSWERED,
            run_id=self.spider.run_id,
            via=Via.RDAP,
            status=200 if said.exists else 404,
            detail=in_words(said, known_since(self.spider.store, target_url)),
        )
        verdict = judge([*evidence.observations(target_url), one], self.spider.campaign.verdicts.policy(), now=now)
        evidence.save_checks([(one, verdict)], now=now)


def in_words(said: Registration, link_known_since: datetime | None) -> str:
    """The observation's detail; REGISTERED_LATER in it is what the judge looks for."""
    if not said.exists:
        return f"{DOMAIN_GONE}: {said.registry} knows no {said.domain}"
    if said.registered_at is None:
        return f"{said.registry} knows {said.domain}"
    registered = f"{said.domain} was registered on {said.registered_at:%Y-%m-%d}, says {said.registry}"
    if link_known_since is None or said.registered_at <= link_known_since:
        return registered
    return f"{registered}; {REGISTERED_LATER}, which stood there on {link_known_since:%Y-%m-%d}"


def known_since(store: Store, target_url: str) -> datetime | None:
    """The earliest day on which the target was linked or archived, as far as anything tells."""
    copy = store.findings.archived(target_url)
    moments = [store.pages.linked_since(target_url), copy.captured_at if copy else None, *(copy.failures if copy else ())]
    for seen in store.pages.sightings(target_url):
        page = store.pages.get(seen.page_url)
        moments.append(_http_date(page.last_modified) if page else None)
    return min((moment for moment in moments if moment is not None), default=None)


def _http_date(text: str) -> datetime | None:
    """A Last-Modified header: the link stood there then, unless a server makes its dates up, which makes them younger."""
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
