"""A response → our item: decodes, then calls links/ and scoring/, which do the reading."""

from __future__ import annotations

import logging
from collections.abc import Collection
from datetime import datetime

from scrapy.http import Response

from prospector.campaign import Campaign
from prospector.checking.failures import Failed
from prospector.items import ResourcePage, SitePage
from prospector.links.charset import decode
from prospector.links.extract import PageReading, read_page
from prospector.links.frames import frame_pages
from prospector.links.sites import same_site, site_of
from prospector.links.urls import normalise
from prospector.scoring.resource_pages import is_resource_page, likely_resource_page, page_signals
from prospector.store import Visit
from prospector.words import label

logger = logging.getLogger(__name__)

LIKELY = 0.5  # of likely_resource_page: more likely than not
MAX_SITE_TEXT = 20_000  # characters of a user's page that the index keeps


def not_a_page(response: Response) -> str:
    """Why this response is no page to read, in words; "" when it is one."""
    if response.status != 200:
        return f"it answered with status {response.status}"
    kind = "application/pdf" if response.body.startswith(b"%PDF-") else content_type(response)
    if kind not in {"", "text/html", "application/xhtml+xml"}:
        return f"it is no web page but {kind}"
    if not response.body.strip():
        return "it is empty"
    return ""


def in_words(error: Exception) -> str:
    """Why no page came, for people. What is no failure of the other side is a mistake of ours: logged whole."""
    if isinstance(error, Failed):
        return label(error.outcome)
    logger.error("A page could not be read", exc_info=error)
    return f"our own mistake, {type(error).__name__}: {error}"


def content_type(response: Response) -> str:
    """The media type without parameters, lower case."""
    return header(response, "Content-Type").partition(";")[0].strip().lower()


def header(response: Response, name: str) -> str:
    value = response.headers.get(name)
    return value.decode("latin-1") if value else ""


def read_resource_page(
    response: Response, visit: Visit, campaign: Campaign, *, own_targets: Collection[str] = (), now: datetime
) -> ResourcePage:
    """A fetched page of somebody's site with its links, less those that the campaign ignores, and those to your own sites.

    :param own_targets: pages of yours whose links count all the same.
    """
    html, reading = _read(response, campaign, own_targets)
    signals = page_signals(reading, response.url)
    return ResourcePage(
        url=visit.url,
        final_url=normalise(response.url) or response.url,
        status=response.status,
        fetched_at=now,
        title=reading.title,
        language=reading.language,
        etag=header(response, "ETag"),
        last_modified=header(response, "Last-Modified"),
        html=html,
        links=tuple(link for link in reading.links if not campaign.ignore.covers(link.target_url)),
        internal=reading.internal,
        is_resource_page=is_resource_page(signals),
        signals=signals,
        depth=visit.depth,
        seed=visit.seed,
    )


def read_site_page(response: Response, campaign: Campaign, *, now: datetime, offered: bool) -> tuple[SitePage, tuple[str, ...]]:
    """A page of the user's own site, and the same-site URLs on it."""
    _, reading = _read(response, campaign)
    page = SitePage(
        url=normalise(response.url) or response.url,
        title=reading.title,
        headings=reading.headings,
        description=reading.description,
        text=reading.text[:MAX_SITE_TEXT],
        fetched_at=now,
        offered=offered,
        links=tuple(link for link in reading.links if not campaign.ignore.covers(link.target_url)),
    )
    return page, tuple(link.url for link in reading.internal)


def worth_a_visit(page: ResourcePage) -> list[str]:
    """Pages of the same site that look like resource pages by their address and anchor, likeliest first."""
    rated = {
        link.url: likely_resource_page(link)
        for link in page.internal
        if link.url not in {page.url, page.final_url} and same_site(link.url, page.final_url)
    }
    return sorted((url for url, rating in rated.items() if rating >= LIKELY), key=lambda url: -rated[url])


def frames_worth_a_visit(page: ResourcePage) -> list[str]:
    """The parts of a frameset that its own site serves: the list may stand in any of them."""
    return [
        url for url in frame_pages(page.html, page.final_url) if same_site(url, page.final_url) and url not in {page.url, page.final_url}
    ]


def own_sites(campaign: Campaign) -> frozenset[str]:
    """The user's own sites: never prospects, their links never outbound."""
    return frozenset(site_of(url) for url in campaign.site_urls())


def is_prospect(url: str, campaign: Campaign) -> bool:
    """May a seed's page be written about? Not one's own, and none that the campaign ignores."""
    return site_of(url) not in own_sites(campaign) and not campaign.ignore.covers(url)


def _read(response: Response, campaign: Campaign, own_targets: Collection[str] = ()) -> tuple[str, PageReading]:
    html = decode(response.body, header(response, "Content-Type"))
    return html, read_page(html, url=response.url, own_sites=own_sites(campaign), but=own_targets)
