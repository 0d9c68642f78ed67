"""Looking for a dead page's new home on its own site: its sitemap, its section, its home page; then reading what is likeliest.

At most five requests for a dead page, robots.txt among them, all through the host's gate; what a site showed is kept for its other dead pages.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from prospector.archive.page import read_captured
from prospector.checking.failures import Failed
from prospector.checking.network import Answer, Network, Purpose
from prospector.items import ArchivedCopy, SitePage, VerdictKind
from prospector.links.charset import decode
from prospector.links.extract import read_page
from prospector.links.sitemaps import read_sitemap
from prospector.links.sites import same_site
from prospector.links.urls import normalise
from prospector.matching.moved import Candidate, FoundPages, NewHome, new_home, shortlist
from prospector.matching.topic import Topic
from prospector.verdicts.addresses import Landing, is_root, landing

# The host answers, and the page alone is missing. A parked or hijacked domain has nothing of the old site; a silent one can't be asked.
MAY_HAVE_MOVED = frozenset({VerdictKind.GONE, VerdictKind.SOFT404, VerdictKind.REDIRECTED})
MOST_REQUESTS = 5  # for one dead page
SITEMAP_MAXSIZE = 5 * 1024 * 1024  # bytes
PAGE_MAXSIZE = 1024 * 1024  # bytes
MOST_PAGES = 20_000  # of a site, by address
MISSING = frozenset({404, 410})
REMEMBERED = 50  # sites; one with a large sitemap takes a few megabytes
_NO_PAGE = (".jpg", ".jpeg", ".png", ".gif", ".svg", ".webp", ".css", ".js", ".zip", ".mp3", ".mp4", ".ico", ".xml", ".json", ".gz")


class _Asked:
    """Requests that may still be made for one dead page."""

    def __init__(self) -> None:
        self.left = MOST_REQUESTS - 2  # without robots.txt, and reading the likeliest page


class _Site:
    """What is known of a site in this run."""

    def __init__(self) -> None:
        self.asking = asyncio.Lock()
        self.listed: FoundPages | None = None  # by its sitemap; None: not asked yet


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondLook:
    """What became of a new address that was found before."""

    holds: bool | None  # None: it gave no answer that says
    answer: str  # in words


class MovedPages:
    """Finds new homes. Use one for a run; it may be asked for several dead pages at a time."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._sites: OrderedDict[str, _Site] = OrderedDict()

    async def look(self, topic: Topic, archived: ArchivedCopy | None, *, led_to: str = "") -> NewHome | None:
        """The new home of the dead page that `topic` (archived copy included) is about; None if there is none, or none that is beyond doubt.

        :param led_to: where the archive saw the old address redirect to.
        """
        target = topic.target_url
        if is_root(target):
            return None
        if led_to == target or not same_site(led_to, target) or is_root(led_to):
            led_to = ""
        asked = _Asked()
        found = FoundPages() if led_to else await self._listed(_origin(target), asked)
        candidates = await asyncio.to_thread(shortlist, topic, found, led_to=led_to)
        for url in _sections(target):
            if asked.left <= 0 or any(candidate.name or candidate.led_to for candidate in candidates):
                break
            if new := await self._links_of(url, asked, besides=found.pages):
                found = await asyncio.to_thread(FoundPages, [*found.pages.values(), *new])
                candidates = await asyncio.to_thread(shortlist, topic, found)
        asked.left += 1  # the one kept for reading
        for candidate in candidates:
            if (home := await self._read(topic, archived, candidate, asked)) is not None:
                return home
        return None

    async def again(self, target: str, new_url: str) -> SecondLook:
        """Whether a page that was found to be the new home of `target` is still there. One request, and its redirects."""
        try:
            answer = await self._network.get(new_url, limit=PAGE_MAXSIZE, purpose=Purpose.MOVED)
        except Failed as failed:
            return SecondLook(holds=None, answer=failed.outcome.value)
        if answer.status != 200 or not _is_html(answer):
            said = f"HTTP {answer.status}" if answer.status != 200 else answer.content_type
            return SecondLook(holds=False if answer.status in MISSING else None, answer=said)
        if not _leads_there(new_url, answer.url, target):
            return SecondLook(holds=False, answer=f"it leads to {answer.url}")
        page = await asyncio.to_thread(read_captured, _html(answer), url=answer.url)
        return SecondLook(holds=not page.lost, answer="a page that says it is missing" if page.lost else "HTTP 200")

    async def _listed(self, origin: str, asked: _Asked) -> FoundPages:
        """Pages that the site's sitemap lists, asked for once in a run."""
        site = self._sites.setdefault(origin, _Site())
        if len(self._sites) > REMEMBERED:
            self._sites.popitem(last=False)
        async with site.asking:
            if site.listed is None:
                urls = await self._sitemap(origin, asked)
                site.listed = await asyncio.to_thread(FoundPages, _pages((url, "") for url in urls if same_site(url, origin)))
        return site.listed

    async def _sitemap(self, origin: str, asked: _Asked) -> Sequence[str]:
        rules = await self._network.robots.rules(f"{origin}/")
        announced = (url for text in rules.sitemaps if (url := normalise(text, f"{origin}/")) and same_site(url, origin))
        answer = await self._get(next(announced, f"{origin}/sitemap.xml"), asked, limit=SITEMAP_MAXSIZE)
        if answer is None or answer.status != 200:
            return ()
        sitemap = read_sitemap(answer.body, url=answer.url)
        children = [url for url in sitemap.sitemaps if same_site(url, origin)]
        if sitemap.pages or not children:
            return sitemap.pages
        answer = await self._get(min(children, key=_unlikely), asked, limit=SITEMAP_MAXSIZE)
        return read_sitemap(answer.body, url=answer.url).pages if answer is not None and answer.status == 200 else ()

    async def _links_of(self, url: str, asked: _Asked, *, besides: Container[str]) -> list[SitePage]:
        """Pages of the same site that a page links to, with the text of the link, besides those that are known."""
        answer = await self._get(url, asked, limit=PAGE_MAXSIZE)
        if answer is None or answer.status != 200 or not _is_html(answer) or not same_site(answer.url, url):
            return []
        links = read_page(_html(answer), url=answer.url).internal
        return [page for page in _pages((link.url, link.anchor) for link in links if same_site(link.url, url)) if page.url not in besides]

    async def _read(self, topic: Topic, archived: ArchivedCopy | None, candidate: Candidate, asked: _Asked) -> NewHome | None:
        """The candidate, if it answers, is itself, and says what the dead page said."""
        url = candidate.page.url
        answer = await self._get(url, asked, limit=PAGE_MAXSIZE)
        if answer is None or answer.status != 200 or not _is_html(answer) or not _leads_there(url, answer.url, topic.target_url):
            return None
        page = await asyncio.to_thread(read_captured, _html(answer), url=answer.url)
        if page.lost:
            return None
        read = SitePage(url=answer.url, title=page.title, headings=page.headings, text=page.text)
        return new_home(topic, archived, candidate, read)

    async def _get(self, url: str, asked: _Asked, *, limit: int) -> Answer | None:
        """An answer within the number of requests, redirects among them; None when none came."""
        if asked.left <= 0:
            return None
        asked.left -= 1
        try:
            binary_limit = limit if limit == SITEMAP_MAXSIZE else 0
            answer = await self._network.get(url, limit=limit, binary_limit=binary_limit, purpose=Purpose.MOVED)
        except Failed:
            return None
        asked.left -= len(answer.hops)
        return answer


def _leads_there(url: str, final_url: str, target: str) -> bool:
    """To a page of its own: not to the home page, a parent or another site, and not back to the dead one."""
    return not is_root(final_url) and landing(url, final_url) in {Landing.SAME, Landing.ELSEWHERE} and final_url != target


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _sections(target: str) -> tuple[str, ...]:
    """The dead page's folder, then the home page."""
    folder = urlsplit(target).path.rstrip("/").rpartition("/")[0] + "/"
    return tuple(dict.fromkeys((f"{_origin(target)}{folder}", f"{_origin(target)}/")))


def _pages(found: Iterable[tuple[str, str]]) -> list[SitePage]:
    """Addresses with link texts that may be pages, once each."""
    pages: dict[str, SitePage] = {}
    for url, title in found:
        if len(pages) >= MOST_PAGES:
            break
        if not is_root(url) and not urlsplit(url).path.lower().endswith(_NO_PAGE):
            pages.setdefault(url, SitePage(url=url, title=title))
    return list(pages.values())


def _unlikely(sitemap: str) -> tuple[bool, str]:
    """Sitemaps of pictures, films, news and tags come last."""
    path = urlsplit(sitemap).path.lower()
    return any(word in path for word in ("image", "video", "news", "tag", "author", "categor")), sitemap


def _is_html(answer: Answer) -> bool:
    return answer.content_type in {"text/html", "application/xhtml+xml", ""}


def _html(answer: Answer) -> str:
    return decode(answer.body, answer.headers.get("content-type", ""))
