"""The demo is as large, as varied and as harmless as it claims, and its manifest forgets nothing."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from selectolax.lexbor import LexborHTMLParser

from prospector.campaign import DEMO, load_campaign
from prospector.demo import render
from prospector.demo.sites import HERE, AnswerRow, load_sites
from prospector.demo.truth import load_truth
from prospector.items import DEAD_KINDS, Strength, VerdictKind

TRUTH = load_truth()
SITES = load_sites(0)
OWN = "thymeandtilth.test"
RESOURCE_HOSTS = {urlsplit(page.url).netloc for page in TRUTH.pages}
FARM = "http://linkheap.example/garden.html"
RESERVED = re.compile(r"(?:[a-z0-9-]+\.)*[a-z0-9-]+\.(?:test|example)(?::\d+)?")
# names of formats, not of places: nobody connects to them
NAMESPACES = {"www.w3.org", "schema.org", "www.sitemaps.org"}


def charset_of(path: str, host: str) -> str:
    kind = SITES[host].pages[path].headers["Content-Type"]
    declared = {"grannysgarden.test": "windows-1252", "hatake-links.test": "shift_jis"}
    return declared.get(host) or kind.partition("charset=")[2]


def outbound(host: str) -> Iterator[tuple[str, str]]:
    """(page, target) for every link from a page of the host to another host."""
    for path, answer in SITES[host].pages.items():
        if not answer.headers.get("Content-Type", "").startswith("text/html"):
            continue
        url = f"http://{host}{path}"
        for link in LexborHTMLParser(answer.body.decode(charset_of(path, host))).css("a[href]"):
            target = urljoin(url, link.attributes["href"] or "")
            if target.startswith("http") and urlsplit(target).netloc != host:
                yield url, target


LINKS = [pair for host in sorted(RESOURCE_HOSTS) for pair in outbound(host)]


def test_every_link_of_a_crawled_page_has_a_truth() -> None:
    for _, target in [*LINKS, *outbound(OWN)]:
        for turn in range(TRUTH.rounds):
            assert TRUTH.kind(target, turn=turn) in VerdictKind


def test_every_truth_is_about_a_link() -> None:
    targets = {target for _, target in [*LINKS, *outbound(OWN)]}
    hosts = {urlsplit(target).netloc for target in targets}
    assert [url for url in TRUTH.kinds if url not in targets and not (url.endswith("/*") and urlsplit(url).netloc in hosts)] == []


def test_the_web_is_as_large_as_promised() -> None:
    content = [pair for pair in LINKS if pair[0] != FARM]
    assert len(SITES) >= 12
    assert len(TRUTH.pages) >= 6
    assert len(content) >= 150
    assert len(set(LINKS)) == len(LINKS)
    assert len({urlsplit(target).netloc for _, target in content}) >= 60


def test_there_are_several_of_every_verdict() -> None:
    counted = Counter(kinds[0] for kinds in TRUTH.kinds.values())
    assert {kind for kind in VerdictKind if counted[kind] < 2} == set()


def test_some_targets_change_between_the_rounds() -> None:
    changes = {kinds for kinds in TRUTH.kinds.values() if len(kinds) > 1}
    assert {
        (VerdictKind.GONE, VerdictKind.ALIVE),
        (VerdictKind.TRANSIENT, VerdictKind.ALIVE),
        (VerdictKind.ALIVE, VerdictKind.GONE),
    } <= changes


def test_one_dead_page_is_wanted_by_many_sites() -> None:
    wanted = defaultdict(set)
    for page, target in LINKS:
        if TRUTH.kind(target, turn=0) in DEAD_KINDS:
            wanted[target].add(urlsplit(page).netloc)
    assert max(len(hosts) for hosts in wanted.values()) >= 5


def test_offers_are_pages_of_the_campaigns_site_for_dead_targets() -> None:
    campaign = load_campaign(DEMO)
    for offer in TRUTH.offers:
        assert TRUTH.kind(offer.target, turn=0) in DEAD_KINDS
        assert bool(offer.pages) == (offer.strength is not None)
        for page in offer.pages:
            assert urlsplit(page).path in SITES[OWN].pages, page
            assert campaign.sites[0].offers(page)
    assert {offer.strength for offer in TRUTH.offers} == {Strength.STRONG, Strength.POSSIBLE, None}


def test_a_draft_is_expected_exactly_where_a_strong_offer_can_be_confirmed() -> None:
    strong = {offer.target for offer in TRUTH.offers if offer.strength is Strength.STRONG}
    confirmable = {target for target in strong if TRUTH.kind(target, turn=TRUTH.rounds) is not VerdictKind.HIJACKED}
    unwanted = {"http://worm-farmers.test/links.html", FARM}
    expected = {page for page, target in LINKS if target in confirmable} - unwanted
    assert {page.url for page in TRUTH.pages if page.draft} == expected


def test_contacts_stand_where_they_should() -> None:
    for page in TRUTH.pages:
        host = urlsplit(page.url).netloc
        if page.kind == "form":
            assert b"<form" in SITES[host].pages[urlsplit(page.contact).path].body
        elif page.contact:
            name = page.contact.partition("@")[0].encode()
            assert any(name in answer.body for answer in SITES[host].pages.values()), page.url
        else:
            assert not any(b"mailto:" in answer.body or b"<form" in answer.body for answer in SITES[host].pages.values())


def test_the_campaign_begins_at_the_resource_pages() -> None:
    seeds = load_campaign(DEMO).seed_urls()
    assert {urlsplit(seed).netloc for seed in seeds} == RESOURCE_HOSTS
    home = SITES["herb-society.test"].pages["/"].body
    missing = {page.url for page in TRUTH.pages} - set(seeds)
    assert missing == {"http://herb-society.test/links.html"}  # found from its home page, one click on
    assert b'href="/links.html"' in home


def test_the_guides_are_prose() -> None:
    guides = {path: answer for path, answer in SITES[OWN].pages.items() if path.startswith("/guides/")}
    assert len(guides) >= 25
    for path, answer in guides.items():
        (main,) = LexborHTMLParser(answer.body.decode()).css("main")
        words = main.text(separator=" ").split()
        assert len(words) >= 100, path
        assert len(set(words)) >= 70, path
    assert len({answer.body for answer in guides.values()}) == len(guides)


@pytest.mark.parametrize(
    "path", sorted(path for path in HERE.rglob("*") if path.suffix in {".toml", ".txt", ".html"}), ids=lambda path: path.name
)
def test_nothing_names_a_real_place(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    hosts = {host for host in re.findall(r"https?://([^/\s\"'<>)\]]+)", text) if host not in NAMESPACES}
    hosts |= set(re.findall(r"[\w.+-]+@([\w-]+\.[\w.-]+\w)", text))
    assert [host for host in hosts if not RESERVED.fullmatch(host)] == []


def test_every_folder_of_documents_belongs_to_a_site() -> None:
    folders = {path.name for path in (HERE / "sites").iterdir() if path.is_dir()}
    assert folders <= set(SITES)
    served = {f"{host}{path}" for host, site in SITES.items() for path in site.pages}
    for document in (HERE / "sites").rglob("*.html"):
        at = document.relative_to(HERE / "sites").as_posix()
        assert at in served or at.removesuffix("index.html") in served


def test_every_stock_page_is_used() -> None:
    files = "".join(path.read_text(encoding="utf-8") for path in (HERE / "sites").glob("*.toml"))
    used = set(re.findall(r'stock = "([\w-]+)"', files)) | {"not-found"}  # the default of a lost page
    assert used == {path.stem for path in (HERE / "stock").glob("*.html")}


def test_a_row_holds_from_its_first_round_until_its_last() -> None:
    row = AnswerRow(since=1, until=3)
    assert [row.holds(turn) for turn in range(4)] == [False, True, True, False]


def test_plain_text_becomes_a_page_and_stays_text() -> None:
    html = render.body_of("## A & B\n\nSee [the <list>](/a.html).\n\n- one\n- two")
    assert html == '<h2>A &amp; B</h2>\n<p>See <a href="/a.html">the &lt;list&gt;</a>.</p>\n<ul>\n<li>one</li>\n<li>two</li>\n</ul>'


def test_a_pdf_is_one() -> None:
    document = render.pdf(heading="Cold frames", text="A box (with glass). Face it south.")
    table = int(document.rpartition(b"startxref\n")[2].split()[0])
    assert document.startswith(b"%PDF-1.4")
    assert document[table:].startswith(b"xref")


def test_a_mistake_in_a_site_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sites").mkdir()
    (tmp_path / "sites" / "typo.test.toml").write_text('name = "Typo"\nhomme = "x"\n', encoding="utf-8")
    monkeypatch.setattr("prospector.demo.sites.HERE", tmp_path)
    with pytest.raises(ValueError, match=r"typo\.test\.toml: .*homme"):
        load_sites(0)
