"""A small campaign to sit at the desk with: letters as the crawl would have written them, one page of which is hostile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from prospector.campaign import DEMO, load_campaign
from prospector.deciding import Decisions
from prospector.items import ArchivedCopy, BodySample, Confidence, Contact, ContactKind, Hop, Match, Outcome, Strength, VerdictKind
from prospector.links.sites import site_of
from prospector.review.serving import Desk
from prospector.store import Store
from prospector.store.suppressions import Suppressions
from tests.store import builders as make

NOW = make.NOON + 10 * make.DAY
SCRIPT = "<script>document.title='hacked'</script>"
HOSTILE, LIBRARY, SCHOOL, CLUB = (f"https://www.{name}.test/links.html" for name in ("hostile", "library", "school", "club"))
PAGES = (HOSTILE, LIBRARY, SCHOOL, CLUB)
MINT, SOIL = "https://gone.example.com/mint", "https://soil.example.net/ph"
TAKEN = "https://taken.example.com/herbs"
OFFERS = (
    "https://thymeandtilth.test/guides/mint.html",
    "https://thymeandtilth.test/guides/herbs.html",
    "https://thymeandtilth.test/guides/tea.html",
)

# every way out of a page that needs nobody's help; BY is who must never hear of it
HOSTILE_HTML = f"""<!doctype html><html><head><title>Links {SCRIPT}</title>
<base href="http://BY/base/"><meta http-equiv="refresh" content="0;url=http://BY/refresh">
<link rel="stylesheet" href="http://BY/sheet.css"><link rel="prefetch" href="http://BY/prefetch"><link rel="dns-prefetch" href="//BY">
<link rel="preconnect" href="http://BY"><link rel="icon" href="http://BY/icon"><style>@import url(http://BY/import.css);
body {{ background: url(http://BY/background) }} @font-face {{ font-family: x; src: url(http://BY/font) }} * {{ font-family: x }}</style>
<script src="http://BY/script.js"></script><script>fetch('http://BY/fetch'); top.location = 'http://BY/top'; location = 'http://BY/self';
parent.document.title = 'hacked'; window.open('http://BY/open')</script></head>
<body onload="location='http://BY/onload'"><h2>Herbs</h2><img src="http://BY/img" srcset="http://BY/srcset 2x" onerror="location='http://BY/onerror'">
<p style="background:url(http://BY/inline)">styled</p><table background="http://BY/table"><tr><td>cell</table>
<ul><li><a href="{MINT}" ping="http://BY/ping">Growing mint</a>, from seed to tea.</li>
<li><a href="{TAKEN}" target="_top">Herbs A to Z</a> {SCRIPT}</li><li><a href="http://BY/clicked" target="_top" id="clickme">another</a></li></ul>
<form action="http://BY/form" method="post"><input name="q" autofocus onfocus="this.form.submit()"><button id="send">Send</button></form>
<svg xmlns="http://www.w3.org/2000/svg" onload="location='http://BY/svgload'"><image href="http://BY/svg" /><use href="http://BY/use#x" />
<script>location='http://BY/svgscript'</script></svg><math><mtext><img src="http://BY/math"></mtext></math>
<iframe src="http://BY/iframe"></iframe><iframe srcdoc="<img src='http://BY/srcdoc'>"></iframe><object data="http://BY/object"></object>
<embed src="http://BY/embed"><video src="http://BY/video" poster="http://BY/poster" autoplay></video><audio src="http://BY/audio" autoplay></audio>
<input type="image" src="http://BY/imageinput"><noscript><img src="http://BY/noscript"></noscript><template><img src="http://BY/template"></template>
</body></html>"""


CASINO = BodySample(
    sha256="0" * 64, size=5000, complete=True, title="Slot gacor, togel and situs judi", words_present=False, signs=("hijack-gambling",)
)


LOOKS: dict[str, dict[str, Any]] = {
    MINT: {"hops": (Hop(url=MINT, status=301, location="/lost"),), "final_url": "https://gone.example.com/lost"},
    SOIL: {"status": None, "outcome": Outcome.NO_HOST},
    TAKEN: {"status": 200, "final_url": TAKEN, "body": CASINO},
}


@contextmanager
def desk_at(folder: Path, *, bystander: str = "bystander.test", filled: bool = True) -> Iterator[Desk]:
    campaign = load_campaign(DEMO, home=folder)
    with Store.open(folder / "desk.db") as store, Suppressions.open(folder / "suppressions.db") as suppressions:
        decisions = Decisions(store, campaign, suppressions)
        if filled:
            fill(store, decisions, bystander)
        yield Desk(store=store, campaign=campaign, decisions=decisions, now=lambda: NOW)


def fill(store: Store, decisions: Decisions, bystander: str = "bystander.test") -> None:
    mint = make.link(MINT, anchor="Growing mint", context="Growing mint, from seed to tea.", section="Herbs", position=0)
    taken = make.link(TAKEN, anchor=f"Herbs A to Z {SCRIPT}", context=f"Herbs A to Z {SCRIPT}", section="Herbs", position=1)
    soil = make.link(SOIL, anchor="Soil pH", context="Soil pH: how to test it.", section="Soil", position=2)
    hostile = HOSTILE_HTML.replace("BY", bystander)
    store.pages.save(make.page(HOSTILE, links=[mint, taken], html=hostile, title=f"Herb links {SCRIPT}", language="en"))
    for url in (LIBRARY, SCHOOL, CLUB):
        html = f'<h2>Herbs</h2><ul><li><a href="{MINT}">Growing mint</a>, from seed to tea.</ul><p><a href="{SOIL}">Soil pH</a>'
        store.pages.save(make.page(url, links=[mint, soil], html=html, title=f"Links of {site_of(url)}", language="en"))
    _judge(store)
    for url in PAGES:
        store.prospects.save_contacts(site_of(url), _contacts(site_of(url)), checked_at=NOW)
        decisions.writer.redraft(url, now=NOW)


def seen_lately(store: Store) -> None:
    """The links failed again just now: a letter about them may be handed over."""
    for url, fields in LOOKS.items():
        store.evidence.save_observations([make.seen(url, observed_at=NOW - make.HOUR, **fields)])


def _judge(store: Store) -> None:
    for days in (9, 6, 3):
        store.evidence.save_observations([make.seen(url, observed_at=NOW - days * make.DAY, **fields) for url, fields in LOOKS.items()])
    confirmed: dict[str, Any] = {
        "first_failed_at": NOW - 9 * make.DAY,
        "confirmed_at": NOW - 3 * make.DAY,
        "next_check_at": NOW + 7 * make.DAY,
    }
    store.evidence.save_verdict(MINT, make.dead(**confirmed), now=NOW)
    store.evidence.save_verdict(SOIL, make.dead(VerdictKind.DNS, **confirmed), now=NOW)
    taken = make.dead(VerdictKind.HIJACKED, Confidence.PROBABLE, first_failed_at=NOW - 9 * make.DAY, next_check_at=NOW + make.DAY)
    store.evidence.save_verdict(TAKEN, taken, now=NOW)
    for url in (MINT, SOIL):
        store.findings.save_matches(url, [_match(url, rank) for rank in (1, 2, 3)], now=NOW)
    store.findings.save_matches(TAKEN, [], now=NOW)
    store.findings.save_archived(
        ArchivedCopy(
            target_url=MINT, captured_at=make.NOON - 900 * make.DAY, archive_url=f"https://web.archive.org/web/2023/{MINT}", title="Mint"
        ),
        now=NOW,
    )


def _match(url: str, rank: int) -> Match:
    title = ("All about mint", "Herbs in pots", "Tea from the garden")[rank - 1]
    return make.match(url, rank=rank, page_url=OFFERS[rank - 1], page_title=title, confidence=1 - rank / 10, strength=Strength.STRONG)


def _contacts(site: str) -> list[Contact]:
    found = [
        Contact(
            site=site, kind=ContactKind.EMAIL, value=f"editor@{site}", name=f"Ada {SCRIPT}", role="editor", reason="on the page itself"
        ),
        Contact(site=site, kind=ContactKind.EMAIL, value=f"office@{site}", rank=2, reason="on the contact page"),
        Contact(site=site, kind=ContactKind.FORM, value=f"https://{site}/form", rank=3, reason="the site's form"),
    ]
    return [replace(one, source_url=f"https://{site}/contact", found_at=NOW) for one in found]
