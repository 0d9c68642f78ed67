"""The review desk in a real Chromium: a person walks it, by mouse and by keyboard alone; a hostile saved page gets nowhere."""

from __future__ import annotations

import asyncio
import re
import zipfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Literal

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, async_playwright, expect

from prospector.checking.browser_search import find_chromium
from prospector.deciding import Done
from prospector.items import Confidence, Contact, ContactKind, DraftStatus, VerdictKind
from prospector.links.sites import site_of
from prospector.review.serving import Desk, serving
from prospector.review.snapshot import MARK
from prospector.store.desk import OPEN, Filter
from tests.browser.world import Bystander
from tests.review.desk_world import HOSTILE_HTML, LIBRARY, MINT, NOW, OFFERS, SCRIPT, TAKEN, desk_at, seen_lately

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
SIZES = {"wide": (1280, 900), "narrow": (390, 844)}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find_chromium() or None, args=["--no-sandbox"])
        yield browser
        await browser.close()


@pytest.fixture
def desk(tmp_path: Path, bystander: Bystander) -> Iterator[Desk]:
    with desk_at(tmp_path, bystander=f"127.0.0.1:{bystander.port}") as made:
        yield made


@pytest_asyncio.fixture(loop_scope="session")
async def origin(desk: Desk) -> AsyncIterator[str]:
    async with serving(desk, port=0) as served:
        yield served


@pytest_asyncio.fixture(loop_scope="session")
async def page(chromium: Browser, origin: str) -> AsyncIterator[Page]:
    context = await chromium.new_context(
        base_url=origin, viewport={"width": 1280, "height": 900}, permissions=["clipboard-read", "clipboard-write"]
    )
    opened = await context.new_page()
    opened.set_default_timeout(5000)
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    yield opened
    await context.close()
    assert complaints == []


def status(desk: Desk, draft_id: int) -> DraftStatus:
    draft = desk.store.drafts.get(draft_id)
    assert draft is not None
    return draft.status


async def said(page: Page, words: str) -> None:
    await expect(page.locator("#toast")).to_contain_text(words)


# -- the walk ----------------------------------------------------------------------------------------------------------------


async def test_a_person_reads_the_evidence_swaps_the_offer_edits_approves_and_takes_it_back(page: Page, desk: Desk) -> None:
    await page.goto("/")
    await page.click("text=Links of library.test")
    first = page.locator(".claim").first
    await expect(first).to_contain_text("Growing mint, from seed to tea.")
    await expect(first.locator("mark")).to_have_text("Growing mint")
    await expect(first).to_contain_text("under “Herbs”, link 1 of")
    await first.locator(".looks summary").click()
    await expect(first.locator(".looks ol > li")).to_have_count(3)
    await expect(first.locator(".looks")).to_contain_text("301 at https://gone.example.com/mint sent us on to /lost")

    await page.keyboard.press("2")  # another of your pages instead
    await expect(page.locator("#mail")).to_contain_text(OFFERS[1])
    await expect(page.locator(".claim").first.locator(".offer.chosen")).to_contain_text("Herbs in pots")
    assert desk.store.findings.chosen_offers("https://www.library.test/links.html") == {MINT: OFFERS[1]}

    await page.keyboard.press("e")
    body = page.locator("#body")
    await body.press("Control+End")
    await body.type("\nPS: What a lovely page.")
    await expect(page.locator("#mail")).to_contain_text("What a lovely page.")  # shown beside it while typing
    await page.keyboard.press("Escape")
    await said(page, "Saved.")
    draft = desk.store.drafts.get(2)
    assert draft is not None
    assert draft.edited_body is not None
    assert draft.edited_body.endswith("PS: What a lovely page.")

    await page.keyboard.press("a")
    await said(page, "Approved.")
    assert status(desk, 2) is DraftStatus.APPROVED
    await expect(page).to_have_url(page.url)
    assert "/drafts/2" not in page.url  # it went on to the next one
    await page.keyboard.press("z")
    await expect(page.locator("h1")).to_have_text("Links of library.test")
    assert status(desk, 2) is DraftStatus.READY


async def test_a_hijack_is_confirmed_by_a_person_only(page: Page, desk: Desk) -> None:
    await page.goto("/drafts/1")
    taken = page.locator(".claim", has_text="taken over")
    await expect(taken).to_contain_text("Only a person can confirm")
    await page.keyboard.press("l")
    await page.keyboard.press("c")
    await said(page, "confirmed")
    verdict = desk.store.evidence.verdict(TAKEN)
    assert verdict is not None
    assert (verdict.kind, verdict.confidence) == (VerdictKind.HIJACKED, Confidence.CONFIRMED)
    await page.keyboard.press("z")
    await said(page, "ndone")
    verdict = desk.store.evidence.verdict(TAKEN)
    assert verdict is not None
    assert verdict.confidence is Confidence.PROBABLE


async def test_a_dead_link_that_works_after_all_leaves_the_letter(page: Page, desk: Desk) -> None:
    await page.goto("/drafts/2")
    await expect(page.locator("#mail")).to_contain_text(MINT)
    await page.locator(".claim").first.get_by_role("button", name="It works").click()
    await said(page, "orks")
    await expect(page.locator("#mail")).not_to_contain_text(MINT)


async def test_many_are_rejected_at_once_and_all_come_back(page: Page, desk: Desk) -> None:
    await page.goto("/")
    await page.check("#select-all")
    await page.click("button:has-text('Reject')")
    await said(page, "4 letters rejected.")
    assert {status(desk, number) for number in range(1, 5)} == {DraftStatus.REJECTED}
    await expect(page.locator(".empty h2")).to_have_text("All reviewed")
    await page.locator("#toast button").click()
    await said(page, "Undone")
    assert {status(desk, number) for number in range(1, 5)} == {DraftStatus.READY}


async def test_an_approved_letter_can_be_handed_over_from_the_desk(page: Page, desk: Desk) -> None:
    seen_lately(desk.store)
    draft = desk.store.drafts.get(2)
    assert draft is not None
    short = "Hello,\n\nthe link to mint is broken. " + draft.body[re.search("(My name is|I run)", draft.body).start() :]  # type: ignore[union-attr]
    assert isinstance(desk.decisions.edit(2, subject="Broken links", body=short, now=NOW), Done)
    assert isinstance(desk.decisions.approve(2, now=NOW), Done)
    await page.goto("/drafts/2")
    link = await page.get_by_role("link", name="Open in the mail program").get_attribute("href")
    assert link is not None
    assert link.startswith("mailto:editor@library.test?subject=Broken%20links&body=Hello%2C%0D%0A%0D%0Athe")
    assert "+" not in link
    await page.click("text=Copy letter")
    await said(page, "Copied.")
    assert (await page.evaluate("navigator.clipboard.readText()")).strip() == short.strip()
    await page.keyboard.press("t")
    await said(page, "ent")
    assert status(desk, 2) is DraftStatus.SENT


async def test_a_letter_too_long_for_a_link_is_copied_when_its_mail_is_opened(page: Page, desk: Desk) -> None:
    seen_lately(desk.store)
    assert isinstance(desk.decisions.approve(2, now=NOW), Done)
    await page.goto("/drafts/2")
    link = page.get_by_role("link", name="Copy the letter and open a mail")
    assert (await link.get_attribute("href") or "").startswith("mailto:editor@library.test?subject=2%20")
    await page.evaluate("addEventListener('click', (event) => event.preventDefault())")  # there is no mail program here
    await link.click()
    await said(page, "Copied")


async def test_what_was_not_seen_failing_lately_is_not_handed_over(page: Page, desk: Desk) -> None:
    assert isinstance(desk.decisions.approve(2, now=NOW), Done)
    await page.goto("/drafts/2")
    await expect(page.locator(".hand-over")).to_contain_text("was not seen failing within the last 24 hours")
    await expect(page.get_by_text("Copy letter")).to_have_count(0)
    await page.click("text=Make its links due now")
    await said(page, "Run: scrapy crawl recheck")


async def test_an_export_is_taken_back_at_the_desk(page: Page, desk: Desk) -> None:
    assert isinstance(desk.decisions.approve(2, now=NOW), Done)
    assert isinstance(desk.decisions.exported([2], now=NOW)[0], Done)
    await page.goto("/drafts/2")
    await page.keyboard.press("z")
    await said(page, "It was exported since")
    await page.click("text=Take the export back")
    await said(page, "Delete the file")
    assert status(desk, 2) is DraftStatus.APPROVED


async def test_approved_letters_are_downloaded_marked_and_told_as_sent(page: Page, desk: Desk, tmp_path: Path) -> None:
    seen_lately(desk.store)
    for number in (2, 3):
        assert isinstance(desk.decisions.approve(number, now=NOW), Done)
    await page.goto("/export")
    async with page.expect_download() as waiting:
        await page.get_by_role("button", name="Download").click()
    file = await waiting.value
    assert file.suggested_filename == f"demo-letters-{NOW:%Y-%m-%d}.zip"
    await file.save_as(tmp_path / "letters.zip")
    with zipfile.ZipFile(tmp_path / "letters.zip") as packed:
        assert packed.namelist() == ["0002-library.test.eml", "0003-school.test.eml"]
    await expect(page.locator("#exported")).to_contain_text("2 letters in demo-letters")
    await expect(page.locator("#out-today")).to_have_text("2 letters")
    assert status(desk, 2) is DraftStatus.EXPORTED
    await page.get_by_role("button", name="Take the export back").click()
    await said(page, "Undone")
    assert status(desk, 2) is DraftStatus.APPROVED
    await page.select_option("#form", "csv:lemlist")
    async with page.expect_download() as waiting:
        await page.get_by_role("button", name="Download").click()
    assert (await waiting.value).suggested_filename == f"demo-lemlist-{NOW:%Y-%m-%d}.csv"
    await page.get_by_role("button", name="They are sent").click()
    await said(page, "2 letters marked.")
    assert status(desk, 2) is DraftStatus.SENT


async def test_where_the_law_wants_consent_a_second_key_says_yes(page: Page, desk: Desk) -> None:
    german = Contact(site=site_of(LIBRARY), kind=ContactKind.EMAIL, value="editor@garten.de", source_url=LIBRARY, found_at=NOW)
    desk.store.prospects.save_contacts(german.site, [german], checked_at=NOW)
    desk.decisions.writer.redraft(LIBRARY, now=NOW)
    await page.goto("/drafts/2")
    await page.keyboard.press("a")
    await expect(page.locator("#ask")).to_contain_text("Germany: garten.de ends in .de")
    await page.keyboard.press("Escape")
    await expect(page.locator("#ask")).to_be_hidden()
    assert status(desk, 2) is DraftStatus.READY
    await page.keyboard.press("a")
    await expect(page.locator("#ask")).to_be_visible()
    await page.keyboard.press("Enter")
    await said(page, "Approved.")
    assert status(desk, 2) is DraftStatus.APPROVED


async def test_many_letters_that_want_consent_are_asked_about_once(page: Page, desk: Desk) -> None:
    german = Contact(site=site_of(LIBRARY), kind=ContactKind.EMAIL, value="editor@garten.de", source_url=LIBRARY, found_at=NOW)
    desk.store.prospects.save_contacts(german.site, [german], checked_at=NOW)
    desk.decisions.writer.redraft(LIBRARY, now=NOW)
    await page.goto("/")
    await page.check("#select-all")
    await page.keyboard.press("a")
    await expect(page.locator("#ask li")).to_have_count(1)
    await expect(page.locator("#ask")).to_contain_text("library.test: Germany: garten.de ends in .de")
    await page.keyboard.press("Escape")
    await said(page, "3 letters approved. 1 is left as before.")
    assert status(desk, 2) is DraftStatus.READY
    await page.check("#select-all")
    await page.keyboard.press("a")
    await page.get_by_role("button", name="Yes, approve it").click()
    await said(page, "With your word: 1 letter approved.")
    assert status(desk, 2) is DraftStatus.APPROVED
    await page.keyboard.press("z")
    await said(page, "Undone: the approval.")
    assert status(desk, 2) is DraftStatus.READY


async def test_a_letter_to_a_form_is_pasted_there(page: Page, desk: Desk) -> None:
    seen_lately(desk.store)
    await page.goto("/drafts/4")
    await page.click("text=other ways to reach them")
    await page.locator(".routes li", has_text="https://club.test/form").get_by_role("button").click()
    await said(page, "It goes to club")
    await page.keyboard.press("a")
    await said(page, "Approved")
    await page.goto("/drafts/4")
    await expect(page.get_by_role("link", name="Open the form's page")).to_have_attribute("href", "https://club.test/contact")
    await expect(page.locator(".hand-over")).to_contain_text("paste the letter, then mark it as sent")
    await expect(page.get_by_role("link", name="Open in the mail program")).to_have_count(0)


async def test_an_error_in_the_letter_is_said_at_once_and_stops_the_approval(page: Page, desk: Desk) -> None:
    await page.goto("/drafts/3")
    await page.keyboard.press("e")
    await page.fill("#body", "Hello [name], see http://thymeandtilth.test/")
    await expect(page.locator("#lint .error").first).to_contain_text("Must change")
    await page.click("button:has-text('Approve')")
    await expect(page.locator("#toast .refused")).to_be_visible()
    assert status(desk, 3) is DraftStatus.READY


async def test_new_facts_are_shown_beside_ones_own_words(page: Page, desk: Desk) -> None:
    desk.decisions.edit(2, subject="My subject", body="My words", now=NOW)
    desk.decisions.choose_offer(2, MINT, OFFERS[2], now=NOW)
    await page.goto("/drafts/2")
    await expect(page.locator(".fresh")).to_contain_text(OFFERS[2])
    await expect(page.locator("#mail")).to_contain_text("My words")
    await page.click("text=Take the new text instead of mine")
    await said(page, "Saved.")
    await expect(page.locator("#mail")).to_contain_text(OFFERS[2])


# -- by keyboard and by ear --------------------------------------------------------------------------------------------------


async def test_enter_opens_the_first_letter_before_any_is_chosen(page: Page, desk: Desk) -> None:
    await page.goto("/")
    first = await page.locator(".row").first.get_attribute("data-href")
    assert first
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"**{first}")


async def test_everything_by_keyboard(page: Page, desk: Desk) -> None:
    await page.goto("/")
    for key in ("j", "j", "Enter"):
        await page.keyboard.press(key)
    await expect(page.locator("body.draft-page")).to_be_visible()
    await page.wait_for_load_state()  # a key before the script is there would go nowhere
    opened = page.url
    await page.keyboard.press("j")
    await page.wait_for_url(lambda url: url != opened)
    await page.keyboard.press("k")
    await page.wait_for_url(opened)
    await page.keyboard.press("s")
    await said(page, "Put aside until 2026-03-18")
    await page.keyboard.press("z")
    await page.wait_for_url(opened)
    await page.keyboard.press("x")
    await said(page, "Rejected.")
    await page.keyboard.press("q")
    await expect(page.locator(".row")).to_have_count(3)
    await page.wait_for_load_state()
    await page.keyboard.press("?")
    await expect(page.locator("#help")).to_be_visible()
    await page.keyboard.press("Escape")
    await page.keyboard.press("/")
    left = desk.store.desk.listed(Filter(statuses=OPEN))[0].site
    await page.keyboard.type(left)
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"**/?q={left}")
    await expect(page.locator(".row")).to_have_count(1)
    await page.keyboard.press("j")
    await page.keyboard.press("Space")
    await expect(page.locator("#selected")).to_have_text("1 selected")
    await page.keyboard.press("a")
    await said(page, "1 letter approved.")


async def test_a_phone_shows_the_letter_first_and_the_evidence_at_a_touch(page: Page, desk: Desk) -> None:
    await page.set_viewport_size({"width": 390, "height": 844})
    await page.goto("/drafts/1")
    letter, evidence = page.locator(".letter"), page.locator(".evidence")
    await expect(letter).to_be_visible()
    await expect(evidence).to_be_hidden()
    await page.get_by_role("button", name="Evidence").click()
    await expect(evidence).to_be_visible()
    await expect(letter).to_be_hidden()
    await page.locator(".claim", has_text="taken over").get_by_role("button", name="Confirm dead").click()
    await said(page, "confirmed")
    await expect(evidence).to_be_visible()  # a decision about a link leaves one where one was
    await page.keyboard.press("w")
    await expect(letter).to_be_visible()
    await page.keyboard.press("v")  # first shows which link it would be about
    await expect(evidence).to_be_visible()
    verdict = desk.store.evidence.verdict(MINT)
    assert verdict is not None
    assert verdict.kind is VerdictKind.GONE


async def test_while_one_writes_there_are_two_columns(page: Page) -> None:
    await page.goto("/drafts/1")
    await page.keyboard.press("e")
    evidence, body, mail = page.locator(".evidence"), page.locator("#body"), page.locator("#mail")
    await expect(evidence).to_be_hidden()
    await expect(body).to_be_focused()
    left, right = await body.bounding_box(), await mail.bounding_box()
    assert left is not None
    assert right is not None
    assert left["x"] + left["width"] < right["x"]
    assert left["width"] > 580  # a line of a letter, whole
    await body.press("Control+End")
    await body.type(" More.")
    await page.get_by_role("button", name="Evidence").click()
    await expect(mail).to_be_hidden()
    right = await evidence.bounding_box()
    assert right is not None
    assert left["x"] + left["width"] < right["x"]
    await expect(body).to_have_value(re.compile(r"More\.$"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
async def test_nothing_serious_for_axe_and_nothing_wider_than_the_screen(
    chromium: Browser, origin: str, desk: Desk, size: str, scheme: Literal["light", "dark"]
) -> None:
    width, height = SIZES[size]
    desk.decisions.edit(3, subject="My subject", body="My words", now=NOW)
    desk.decisions.choose_offer(3, MINT, OFFERS[2], now=NOW)
    context = await chromium.new_context(base_url=origin, color_scheme=scheme, viewport={"width": width, "height": height}, bypass_csp=True)
    page = await context.new_page()
    for path, view in (
        ("/", ""),
        ("/drafts/1", ""),
        ("/drafts/1", "Evidence"),
        ("/drafts/3", "Letter"),
        ("/drafts/3", "Evidence"),
        ("/dashboard", ""),
        ("/export", ""),
        ("/?status=sent", ""),
        ("/nowhere", ""),
    ):
        await page.goto(path)
        await page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
        if path == "/drafts/3":
            await page.keyboard.press("e")
            await page.keyboard.press("Control+a")
        if view and (switch := page.get_by_role("button", name=re.compile(f"^{view}")).first) and await switch.is_visible():
            await switch.click()
        found = await Axe().run(page, options={"resultTypes": ["violations"], "iframes": False})
        bad = [
            (one["id"], one["nodes"][0]["html"][:120]) for one in found.response["violations"] if one["impact"] in {"serious", "critical"}
        ]
        assert bad == [], path
        assert await page.evaluate("document.documentElement.scrollWidth") <= width, path
        assert await page.evaluate("document.querySelector('.top').offsetHeight") < 60, "the head is one line"
    await context.close()


# -- hostile pages -----------------------------------------------------------------------------------------------------------


async def test_a_hostile_saved_page_asks_for_nothing_and_goes_nowhere(page: Page, bystander: Bystander, origin: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.goto("/drafts/1")
    await page.keyboard.press("p")
    await expect(page.frame_locator("iframe").locator(f"#{MARK}")).to_have_text("Growing mint")
    holder = page.locator("iframe")
    await holder.scroll_into_view_if_needed()
    for line in range(8):  # on whatever is there: links, buttons
        await holder.click(position={"x": 60, "y": 20 + line * 40})
    await asyncio.sleep(0.5)
    assert bystander.heard == []
    assert [url for url in asked if not url.startswith(origin)] == []
    assert [frame.url.partition("?")[0] for frame in page.frames] == [f"{origin}/drafts/1", f"{origin}/drafts/1/page"]
    assert page.url == f"{origin}/drafts/1"
    assert "hacked" not in await page.evaluate("document.title.replace(/<script>.*/, '')")


async def test_the_frame_alone_would_hold_a_page_that_lost_none_of_its_weapons(
    page: Page, desk: Desk, origin: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Our cleaning is the second fence. Without it Chromium may open a bare connection (preconnect), but the first lets no request out."""
    heard: list[bytes] = []

    async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.read(100))
        writer.close()

    server = await asyncio.start_server(hear, "127.0.0.1", 0)
    weapons = HOSTILE_HTML.replace("BY", f"127.0.0.1:{server.sockets[0].getsockname()[1]}")
    monkeypatch.setattr("prospector.review.serving.framed", lambda html, link, base: weapons)
    await page.goto("/drafts/1")
    await page.keyboard.press("p")
    inside = page.frame_locator("iframe")
    for selector in ("#send", "#clickme"):
        await inside.locator(selector).click(force=True)
    await asyncio.sleep(0.5)
    server.close()
    assert [line for line in heard if line] == []
    assert page.url == f"{origin}/drafts/1"
    assert len(page.context.pages) == 1
    assert not (await page.title()).startswith("hacked")


async def test_a_saved_page_cannot_be_opened_by_itself(page: Page) -> None:
    answer = await page.goto("/drafts/1/page?link=1")
    assert answer is not None
    assert answer.status == 403
    await expect(page.locator("main")).to_contain_text("inside its letter only")


async def test_markup_in_crawled_words_stays_text(page: Page) -> None:
    for path, more in (
        ("/", ["/static/queue.js"]),
        ("/drafts/1", ["/static/letter.js"]),
        ("/dashboard", []),
        ("/export", ["/static/export.js"]),
    ):
        await page.goto(path)
        assert not (await page.title()).startswith("hacked")
        scripts = await page.eval_on_selector_all("script", "all => all.map(one => one.getAttribute('src'))")
        assert scripts == ["/static/desk.js", *more]
    await page.goto("/drafts/1")
    await expect(page.locator("h1")).to_have_text(f"Herb links {SCRIPT}")
    await expect(page.locator(".claim h3").nth(1)).to_have_text(f"Herbs A to Z {SCRIPT}")
    await expect(page.locator(".contact")).to_contain_text(f"Ada {SCRIPT}")
    await expect(page.locator("#mail .mail-subject")).to_contain_text("<script>")


async def test_a_hijacked_address_is_never_a_link_and_others_tell_nothing_of_us(page: Page) -> None:
    await page.goto("/drafts/1")
    links = await page.eval_on_selector_all("a[href^=http], area[href]", "all => all.map(one => [one.href, one.rel, one.target])")
    outside = [link for link in links if "127.0.0.1" not in link[0]]
    assert outside
    assert all(link[1:] == ["noreferrer noopener", "_blank"] for link in outside)
    assert [link for link in links if "taken.example.com" in link[0]] == []
    await expect(page.locator(".claim").nth(1)).to_contain_text("taken[.]example[.]com/herbs")


async def test_another_site_can_neither_read_nor_change_anything(chromium: Browser, origin: str, desk: Desk) -> None:
    """A page of somebody else's, at another port of this machine, tries what a browser lets it."""
    evil = f"""<script>
    const tries = [
      fetch("{origin}/drafts/1/reject", {{method: "POST", mode: "no-cors", body: "{{}}"}}),
      fetch("{origin}/drafts/1/reject", {{method: "POST", headers: {{"X-Prospector-Token": "guess"}}, body: "{{}}"}}),
      fetch("{origin}/").then((answer) => answer.text()).then((text) => {{ window.read = text; }}),
    ];
    Promise.allSettled(tries).then(() => {{ document.title = "done"; }});
    </script><form id="form" action="{origin}/drafts/1/reject" method="post"></form><iframe src="{origin}/drafts/1"></iframe>
    <iframe src="{origin}/drafts/1/page?link=1"></iframe>"""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n" + evil.encode())
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    page = await chromium.new_page()
    await page.goto(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/")
    await page.wait_for_function("document.title === 'done'")
    assert await page.evaluate("window.read === undefined")
    framed = [frame for frame in page.frames[1:] if "hostile" in await frame.content() or "Growing" in await frame.content()]
    assert framed == []
    await page.evaluate("document.getElementById('form').submit()")
    await page.wait_for_url(f"{origin}/drafts/1/reject")
    assert "did not come from the desk" in await page.content()
    assert status(desk, 1) is DraftStatus.READY
    await page.close()
    server.close()


async def test_a_name_that_is_turned_to_this_machine_gets_nothing(origin: str, desk: Desk) -> None:
    """DNS rebinding, with a browser that believes it."""
    port = origin.rpartition(":")[2]
    async with async_playwright() as playwright:
        rules = "--host-resolver-rules=MAP rebind.test 127.0.0.1"
        browser = await playwright.chromium.launch(executable_path=find_chromium() or None, args=["--no-sandbox", rules])
        page = await browser.new_page()
        answer = await page.goto(f"http://rebind.test:{port}/drafts/1")
        assert answer is not None
        assert answer.status == 421
        assert "hostile" not in await page.content()
        status_of_post = await page.evaluate("fetch('/drafts/1/reject', {method: 'POST', body: '{}'}).then((answer) => answer.status)")
        assert status_of_post == 421
        await browser.close()
    assert status(desk, 1) is DraftStatus.READY
