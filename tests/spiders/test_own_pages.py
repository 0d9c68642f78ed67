"""Letters about dead pages of one's own: only those that a person marked, only once the page is confirmed dead, and as decent as any other."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from prospector.backlinks.read import read_export
from prospector.commands._own_pages import mark_own_page
from prospector.commands._redirects import moved_pages
from prospector.commands._shared import CommandError
from prospector.items import DraftStatus
from prospector.spiders.clock import utc_now
from prospector.store import Store, StoredDraft
from tests.crawling import crawl
from tests.misbehaving_site import MisbehavingSite
from tests.resource_web import OWN, ResourceWeb

QUICK = '[verdicts]\ngone = { passes = 2, gap = "0s" }\nconfirmed = "0s"\n'
OLD = "/old/drying-sage-leaves"
GUIDE = f"http://{OWN}/guides/drying-sage-leaves.html"


@pytest.fixture
async def web(tmp_path: Path) -> AsyncIterator[ResourceWeb]:
    async with MisbehavingSite() as site:
        yield ResourceWeb(site, tmp_path)


class Owner:
    """Somebody with dead pages to which others link."""

    def __init__(self, web: ResourceWeb) -> None:
        self.web = web
        web.write_campaign([], extra=QUICK)

    def knows(self, *links: tuple[str, str]) -> None:
        text = "source,target\n" + "".join(f"{source},{target}\n" for source, target in links)
        with Store.open(self.web.campaign().database) as store:
            store.backlinks.save(read_export(io.BytesIO(text.encode()), name="x.csv"), file="x.csv", now=utc_now())

    def marks(self, url: str, mark: str) -> int:
        return mark_own_page(url, mark, note="", campaign=self.web.campaign(), listed=str(self.web.folder / "listed.db"))

    async def looks(self, spider: str = "backlinks") -> None:
        settings = {**self.web.settings, "SUPPRESSIONS_DB": str(self.web.folder / "listed.db")}
        await crawl(spider, settings=settings, campaign=self.web.campaign())

    def letter(self, page_url: str) -> StoredDraft | None:
        with Store.open(self.web.campaign().database) as store:
            return store.drafts.of_page(page_url)


@pytest.fixture
def owner(web: ResourceWeb) -> Owner:
    return Owner(web)


async def test_who_links_to_a_marked_page_is_told_its_new_place(owner: Owner, capsys: pytest.CaptureFixture[str]) -> None:
    mine, theirs = owner.web.missing(OWN, OLD), owner.web.missing("rival.test", "/hot-composting")
    listing = owner.web.link_list("lists.test", "/links.html", [mine, theirs])
    owner.knows((listing, mine))
    await owner.looks()
    assert owner.letter(listing) is None, "nobody marked it"
    assert owner.web.asked()[listing] == 0
    owner.marks(mine, "letter")
    assert "1 site links to it" in capsys.readouterr().err
    await owner.looks()
    letter = owner.letter(listing)
    assert letter is not None
    assert letter.template == "own-page"
    await owner.looks("recheck")
    letter = owner.letter(listing)
    assert letter is not None
    assert letter.status is DraftStatus.READY
    assert [claim.target_url for claim in letter.claims] == [mine], "it speaks of nothing else"
    said = " ".join(letter.body.split())
    assert f"links to {OWN}, for which I am grateful" in said
    assert mine in said
    assert GUIDE in said
    assert "I can't set up a redirect for it" in said
    assert "archive" not in said.lower()


def test_a_page_that_nobody_named_gets_no_mark(owner: Owner) -> None:
    owner.knows(("http://lists.test/", owner.web.missing(OWN, OLD)))
    with pytest.raises(CommandError, match="is in no imported report, and was never checked"):
        owner.marks(owner.web.missing(OWN, "/neverheard"), "letter")


async def test_where_nothing_takes_its_place_nothing_is_asked(owner: Owner) -> None:
    mine = owner.web.missing(OWN, "/events/summer-party")
    listing = owner.web.link_list("lists.test", "/links.html", [mine])
    owner.knows((listing, mine))
    owner.marks(mine, "letter")
    await owner.looks()
    await owner.looks("recheck")
    letter = owner.letter(listing)
    assert letter is not None
    said = " ".join(letter.body.split())
    assert "Nothing has taken its place." in said
    assert "There is nothing that I ask of you" in said


async def test_a_page_that_was_read_before_is_read_anew(owner: Owner) -> None:
    mine, theirs = owner.web.missing(OWN, OLD), owner.web.missing("rival.test", "/hot-composting")
    listing = owner.web.link_list("lists.test", "/links.html", [mine, theirs])
    owner.knows((listing, mine), (listing, theirs))
    await owner.looks()
    before = owner.letter(listing)
    assert before is not None
    assert before.template != "own-page"
    owner.marks(mine, "letter")
    await owner.looks()
    after = owner.letter(listing)
    assert after is not None
    assert (after.id, after.template) == (before.id, "own-page"), "a page gets one first letter"


async def test_a_living_page_is_never_called_dead(owner: Owner, capsys: pytest.CaptureFixture[str]) -> None:
    listing = owner.web.link_list("lists.test", "/links.html", [GUIDE])
    owner.knows((listing, GUIDE))
    await owner.looks()
    owner.marks(GUIDE, "letter")
    assert "does not look dead" in capsys.readouterr().err
    await owner.looks()
    assert owner.letter(listing) is None


async def test_the_redirects_leave_it_out_until_it_is_marked_back(owner: Owner) -> None:
    mine = owner.web.missing(OWN, OLD)
    listing = owner.web.link_list("lists.test", "/links.html", [mine])
    owner.knows((listing, mine))
    owner.marks(mine, "letter")
    await owner.looks()
    await owner.looks("site")
    with Store.open(owner.web.campaign().database) as store:
        assert list(moved_pages(store, owner.web.campaign())) == []
    owner.marks(mine, "redirect")
    letter = owner.letter(listing)
    assert letter is not None
    assert letter.status is DraftStatus.WITHDRAWN
    with Store.open(owner.web.campaign().database) as store:
        assert [page.url for page in moved_pages(store, owner.web.campaign())] == [mine]
        assert [page.to for page in moved_pages(store, owner.web.campaign())] == [GUIDE]
    await owner.looks()
    again = owner.letter(listing)
    assert again is not None
    assert again.status is DraftStatus.WITHDRAWN


def test_only_a_page_of_yours_can_be_marked_so(owner: Owner) -> None:
    with pytest.raises(CommandError, match="is no page of yours"):
        owner.marks("http://lists.test/links.html", "letter")
