"""Looking for a dead page's new home on its own site: its sitemap, its section, its home page; then reading what is likeliest.

At most five requests for a dead page, robots.txt among them, all through the host's gate. What a site showed is kept for its other dead pages,
also that it showed nothing: each sitemap, folder and home page is asked for once in a run.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
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
REMEMBERED = 10_000  # sites: nearly all of them show little
REMEMBERED_PAGES = 40_000  # of all sites together; one with a large sitemap takes a few megabytes
REMEMBERED_SECTIONS = 200  # of a site
QUICKLY_READ = 50_000  # characters of a page, likewise
AT_ONCE = 300  # pages that are looked through in less time than a thread takes to be asked
MISSING = frozenset({404, 410})
NOTHING = FoundPages()  # most sites show nothing
_NO_PAGE = (".jpg", ".jpeg", ".png", ".gif", ".svg", ".webp", ".css", ".js", ".zip", ".mp3", ".mp4", ".ico", ".xml", ".json", ".gz")


class _Asked:
    """Requests that may still be made for one dead page."""

    def __init__(self) -> None:
        self.left = MOST_REQUESTS - 2  # without robots.txt, and reading the likeliest page


class _Site:
    """What a site showed in this run."""

    __slots__ = ("asking", "listed", "pages", "sections", "together")

    def __init__(self) -> None:
        self.asking = asyncio.Lock()
        self.listed: FoundPages | None = None  # by its sitemap; None: not asked yet
        self.sections: dict[str, tuple[SitePage, ...]] = {}  # folder or home page → what it links to
        self.together: tuple[tuple[object, ...], FoundPages] | None = None  # what was looked through last, and its index
        self.pages = 0  # how many it holds in all


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondLook:
    """What became of a new address that was found before."""

    holds: bool | None  # None: it gave no answer that says
    answer: str  # in words


class MovedPages:
    """Finds new homes. Use one for a run; it may be asked for several dead pages at a time."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._sites: OrderedDict[str, _Site] = OrderedDict()  # the last used one last
        self._pages = 0  # of all of them

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
        site = self._site(_origin(target))
        listed = found = FoundPages() if led_to else await self._listed(site, _origin(target), asked)
        candidates = await _shortlist(topic, found, led_to=led_to)
        looked_through: list[tuple[SitePage, ...]] = []
        for url in _sections(target):
            if any(candidate.name or candidate.led_to for candidate in candidates):
                break
            links = await self._section(site, url, asked)
            if links is None:
                break
            looked_through.append(links)
            if any(page.url not in found.pages for page in links):
                found = await _together(site, listed, looked_through)
                candidates = await _shortlist(topic, found)
        self._weigh(site, _origin(target))
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
        missing = answer.status in MISSING
        if not missing and (answer.status != 200 or not _is_html(answer)):
            return SecondLook(holds=None, answer=f"HTTP {answer.status}" if answer.status != 200 else answer.content_type)
        if not missing and not _leads_there(new_url, answer.url, target):
            return SecondLook(holds=False, answer=f"it leads to {answer.url}")
        page = await asyncio.to_thread(read_captured, _html(answer) if _is_html(answer) else "", url=answer.url)
        if page.covered:
            return SecondLook(holds=None, answer=page.lost or "a page that stands before it")
        if missing:
            return SecondLook(holds=False, answer=f"HTTP {answer.status}")
        return SecondLook(holds=not page.lost, answer="a page that says it is missing" if page.lost else "HTTP 200")

    def _site(self, origin: str) -> _Site:
        site = self._sites.setdefault(origin, _Site())
        self._sites.move_to_end(origin)
        return site

    def _weigh(self, site: _Site, origin: str) -> None:
        """Forget the sites that were not asked about for the longest time when there are too many, or too much of them."""
        if self._sites.get(origin) is not site:
            return
        before, site.pages = site.pages, len(site.listed.pages if site.listed else ()) + sum(map(len, site.sections.values()))
        self._pages += site.pages - before
        while len(self._sites) > 1 and (len(self._sites) > REMEMBERED or self._pages > REMEMBERED_PAGES):
            _, forgotten = self._sites.popitem(last=False)
            self._pages -= forgotten.pages

    async def _listed(self, site: _Site, origin: str, asked: _Asked) -> FoundPages:
        """Pages that the site's sitemap lists, asked for once in a run."""
        async with site.asking:
            if site.listed is None:
                urls = await self._sitemap(origin, asked)
                site.listed = await _index(_pages((url, "") for url in urls if same_site(url, origin)))
        return site.listed

    async def _section(self, site: _Site, url: str, asked: _Asked) -> tuple[SitePage, ...] | None:
        """What a folder or home page links to, asked for once in a run, also where nothing is there. None: no request is left for it."""
        async with site.asking:
            known = site.sections.get(url)
            if known is None:
                if asked.left <= 0:
                    return None
                answer = await self._get(url, asked, limit=PAGE_MAXSIZE)
                if answer is None:
                    return ()  # no answer: another time there may be one
                if len(site.sections) >= REMEMBERED_SECTIONS:
                    site.sections.clear()
                known = site.sections[url] = tuple(_linked(answer, url))
        return known

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

    async def _read(self, topic: Topic, archived: ArchivedCopy | None, candidate: Candidate, asked: _Asked) -> NewHome | None:
        """The candidate, if it answers, is itself, and says what the dead page said."""
        url = candidate.page.url
        answer = await self._get(url, asked, limit=PAGE_MAXSIZE)
        if answer is None or answer.status != 200 or not _is_html(answer) or not _leads_there(url, answer.url, topic.target_url):
            return None
        html = _html(answer)
        page = (
            read_captured(html, url=answer.url)
            if len(html) < QUICKLY_READ
            else await asyncio.to_thread(read_captured, html, url=answer.url)
        )
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


async def _shortlist(topic: Topic, found: FoundPages, *, led_to: str = "") -> tuple[Candidate, ...]:
    if not found.pages and not led_to:
        return ()
    if len(found.pages) <= AT_ONCE:
        return shortlist(topic, found, led_to=led_to)
    return await asyncio.to_thread(shortlist, topic, found, led_to=led_to)


async def _index(pages: Sequence[SitePage]) -> FoundPages:
    if not pages:
        return NOTHING
    return FoundPages(pages) if len(pages) <= AT_ONCE else await asyncio.to_thread(FoundPages, pages)


async def _together(site: _Site, listed: FoundPages, sections: Sequence[tuple[SitePage, ...]]) -> FoundPages:
    """An index of what is listed and what these sections link to. Dead pages of one folder, which come together, share it."""
    of = (listed, *sections)
    if site.together is None or site.together[0] != of:
        pages = dict(listed.pages)
        for page in chain.from_iterable(sections):
            pages.setdefault(page.url, page)
        index = await _index(list(pages.values()))
        if len(pages) <= AT_ONCE:
            return index  # made anew in no time, and takes ten times what the pages do
        site.together = of, index
    return site.together[1]


def _linked(answer: Answer, url: str) -> Sequence[SitePage]:
    """Pages of the same site that a page links to, with the text of the link."""
    if answer.status != 200 or not _is_html(answer) or not same_site(answer.url, url):
        return ()
    links = read_page(_html(answer), url=answer.url).internal
    return _pages((link.url, link.anchor) for link in links if same_site(link.url, url))


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
