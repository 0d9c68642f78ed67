"""links/extract.py: which links a page has, and what a reader sees around them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prospector.items import OutboundLink
from prospector.links.extract import PageReading, read_page
from tests.growth import assert_grows_with_its_input

PAGE = "https://garden-club.example.org/links/"


def read(html: str, own_sites: frozenset[str] = frozenset()) -> PageReading:
    return read_page(html, url=PAGE, own_sites=own_sites)


def only(html: str) -> OutboundLink:
    (link,) = read(html).links
    return link


def targets(html: str, own_sites: frozenset[str] = frozenset()) -> list[str]:
    return [link.target_url for link in read(html, own_sites).links]


# -- which links ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "bad",
    [
        "http://[h/",
        "http://",
        "javascript:void(0)",
        "data:text/html,x",
        "mailto:ann@example.org",
        "http://h:port/",
        "#top",
        "http://a b/",
        "\x00\x01",
        "http://%zz%/",
    ],
)
def test_a_broken_link_takes_no_neighbour_with_it(bad: str) -> None:
    page = f'<p><a href="http://one.test/">One</a> <a href="{bad}">Bad</a> <a href="http://two.test/">Two</a></p>'
    assert targets(page) == ["http://one.test/", "http://two.test/"]


@pytest.mark.parametrize(
    "hidden",
    [
        '<!-- <a href="http://no.test/">x</a> -->',
        "<script>document.write('<a href=\"http://no.test/\">x</a>')</script>",
        '<template><a href="http://no.test/">x</a></template>',
        '<noframes><a href="http://no.test/">x</a></noframes>',
        '<textarea><a href="http://no.test/">x</a></textarea>',
        '<a name="http://no.test/">x</a>',
    ],
)
def test_what_no_reader_can_click_is_no_link(hidden: str) -> None:
    assert targets(hidden + '<a href="http://yes.test/">Yes</a>') == ["http://yes.test/"]


@pytest.mark.parametrize(
    "shown",
    [
        '<body></body></html><a href="http://x.test/">X</a>',
        '<noscript><a href="http://x.test/">X</a></noscript>',
        "<A HREF=http://x.test/>X",
        '<a href="&#104;ttp://x.test/">X</a>',
        '<table><a href="http://x.test/">X</a><tr><td></table>',
        '<map><area href="http://x.test/" alt="X"></map>',
        '<svg><a xlink:href="http://x.test/"><text>X</text></a></svg>',
        '<div hidden><p><a href="http://x.test/">X</p></a>',
        '<p>a < b <a title="<>" href="http://x.test/">X</a>',
        '<object><a href="http://x.test/">X</a></object>',
    ],
)
def test_odd_markup_hides_no_link(shown: str) -> None:
    link = only(shown)
    assert (link.target_url, link.anchor) == ("http://x.test/", "X")


def test_links_are_resolved_against_the_base_element() -> None:
    page = '<base href="//library.test/shelf/"><a href="book.html">Book</a> <a href="/links/x">X</a>'
    assert targets(page) == ["https://library.test/shelf/book.html", "https://library.test/links/x"]


def test_a_base_that_leads_nowhere_is_ignored() -> None:
    reading = read('<base href="http://[h/"><a href="tools.html">Tools</a>')
    assert [link.url for link in reading.internal] == [PAGE + "tools.html"]


def test_links_to_the_own_site_are_internal_and_listed_once() -> None:
    reading = read('<a href="/a"><img src=x></a><a href="/a">Soil</a><a href="https://www.example.org/b">Shop</a><a href="#x">Top</a>')
    assert [(link.url, link.anchor) for link in reading.internal] == [
        ("https://garden-club.example.org/a", "Soil"),
        ("https://www.example.org/b", "Shop"),
    ]
    assert reading.links == ()


def test_the_parts_of_a_frameset_are_internal() -> None:
    reading = read('<frameset cols="20%,80%"><frame src="menu.html"><frame src="links.html"></frameset>')
    assert [link.url for link in reading.internal] == [PAGE + "menu.html", PAGE + "links.html"]


def test_links_to_own_sites_are_not_outbound() -> None:
    page = '<a href="http://shop.mine.test/x">A</a><a href="http://mine.libguides.com/">B</a><a href="http://other.libguides.com/">C</a>'
    assert targets(page, own_sites=frozenset({"mine.test", "mine.libguides.com"})) == ["http://other.libguides.com/"]


def test_the_same_target_twice_is_two_links() -> None:
    first, second = read('<li><a href="http://x.test/a#s">A</a><li><a rel="NoFollow  ugc nofollow" href="http://x.test/a">B</a>').links
    assert (first.target_url, first.fragment, first.position) == ("http://x.test/a", "s", 0)
    assert (second.target_url, second.rel, second.position) == ("http://x.test/a", ("nofollow", "ugc"), 1)


# -- the text around them ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("html", "anchor"),
    [
        ("<a href=//x.test/>  Soil\n <b>care</b>&nbsp;</a>", "Soil care"),
        ('<a href=//x.test/><img alt="Soil care" src=x></a>', "Soil care"),
        ('<a href=//x.test/ title="Soil care"><i class=icon></i></a>', "Soil care"),
        ('<a href=//x.test/>Soil<img alt="logo" src=x></a>', "Soil"),
        ("<a href=//x.test/><div>Soil</div><div>care</div></a>", "Soil care"),
        ("<a href=//x.test/></a>", ""),
    ],
)
def test_the_anchor_is_what_a_reader_sees_of_the_link(html: str, anchor: str) -> None:
    assert only(html).anchor == anchor


ITEM = '<a href="http://x.test/">{}</a>'
OTHER = '<a href="http://other.test/">Other</a>'


@pytest.mark.parametrize(
    ("html", "context"),
    [
        pytest.param(f"<ul><li>{ITEM.format('Soil')} – all about loam.<li>{OTHER}</ul>", "Soil – all about loam.", id="list item"),
        pytest.param(f"<p>{ITEM.format('Soil')}: loam<br>{OTHER}: more</p>", "Soil: loam", id="line"),
        pytest.param(
            f"<p>{ITEM.format('Soil')}<br>A primer on loam.<br>{OTHER}<br>Another.</p>", "Soil A primer on loam.", id="title and line below"
        ),
        pytest.param(
            f"<table><tr><td>{ITEM.format('Soil')}<td>All about loam<tr><td>{OTHER}<td>-</table>", "Soil All about loam", id="row"
        ),
        pytest.param(
            f"<table><tr><td>Basics<td>{ITEM.format('<img src=x>')}<td>All about loam</table>", "Basics All about loam", id="image in a row"
        ),
        pytest.param(f"<dl><dt>{ITEM.format('Soil')}<dd>All about loam<dt>{OTHER}<dd>x</dl>", "Soil All about loam", id="term"),
        pytest.param(f"<dl><dt>Soil<dd>{ITEM.format('website')}<dt>Seed<dd>{OTHER}</dl>", "Soil website", id="definition"),
        pytest.param(
            f"<div><h3>Soil Society</h3><p>Loam.</p>{ITEM.format('Visit')}</div><div>{OTHER}</div>", "Soil Society Loam. Visit", id="card"
        ),
        pytest.param(f"<h3>Soil</h3><p>Loam.</p>{ITEM.format('Visit')}<h3>Seed</h3><p>x</p>{OTHER}", "Soil Loam. Visit", id="flat cards"),
        pytest.param(f"<h3>{ITEM.format('Soil')}</h3><p>All about loam.</p><h3>{OTHER}</h3>", "Soil All about loam.", id="linked heading"),
        pytest.param(f"<h3>{ITEM.format('Soil')}</h3><h3>{OTHER}</h3><p>x</p>", "Soil", id="linked heading, nothing below"),
        pytest.param(f"<pre>{ITEM.format('Soil')}  all about loam\n{OTHER}  x</pre>", "Soil all about loam", id="preformatted"),
        pytest.param(f"{ITEM.format('<img src=x>')}<br>Soil Society<br>{OTHER}", "Soil Society", id="caption below"),
        pytest.param(
            f"<p>{ITEM.format('The Soil Society of the Lower Valley, 1921')} {OTHER}",
            "The Soil Society of the Lower Valley, 1921",
            id="long links in a row",
        ),
    ],
)
def test_the_context_is_the_item_the_link_belongs_to(html: str, context: str) -> None:
    link = next(link for link in read(html).links if link.target_url == "http://x.test/")
    assert link.context == context


def test_a_link_in_a_long_paragraph_has_its_sentence_as_context() -> None:
    prose = "This sentence is filler that somebody wrote at length. " * 20
    link = only(f"<p>{prose}The club keeps {ITEM.format('a seed list')} for members. {prose}")
    assert link.context == "The club keeps a seed list for members."


def test_contexts_are_bounded() -> None:
    word = "loam" * 2000
    for link in read(f"<p>{word} {ITEM.format(word)} {word} {OTHER} {word}").links:
        assert len(link.context) <= 1001
        assert len(link.anchor) <= 300


# -- what stands above them -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("above", "section"),
    [
        ("<h2>Soil</h2>", "Soil"),
        ("<h2><img alt='Soil' src=x></h2>", "Soil"),
        ("<p><b>Soil</b></p>", "Soil"),
        ("<font size=5>Soil</font><br>", "Soil"),
        ("<span style='font-weight: bold'>Soil</span><br>", "Soil"),
        ("<p>SOIL AND LOAM</p>", "SOIL AND LOAM"),
        ("<table><caption>Soil</caption><tr><td>", "Soil"),
        ("<table><tr><th colspan=2>Soil</th></tr><tr><td>", "Soil"),
        ("<table><tr><td colspan=2><b>Soil</b></td></tr><tr><td>", "Soil"),
        ("<fieldset><legend>Soil</legend>", "Soil"),
        ("<details><summary>Soil</summary>", "Soil"),
        ("<dl><dt>Soil<dd><a href=http://a.test/>A</a><dd>", "Soil"),
        ("<ul><li><b>Soil</b><ul><li>", "Soil"),
    ],
)
def test_what_works_as_a_heading_is_the_section(above: str, section: str) -> None:
    link = read(f"<h1>Links</h1>{above}<a href=http://x.test/>X</a>").links[-1]
    assert link.section == section
    assert link.heading == (section if above.startswith("<h2") else "Links")


@pytest.mark.parametrize(
    "above",
    [
        "<p>Some words in <b>bold</b> type.</p>",
        "<p><b><a href=http://a.test/>A linked item</a></b></p>",
        "<p>网站 CSS</p>",
        "<table><tr><th>Name</th><th>What</th></tr><tr><td>",
        "<table><tr><td><b>A label</b></td><td>",
        "<dl><dt>A term<dd>",
        f"<b>{'far too long to be a heading ' * 12}</b><br>",
    ],
)
def test_what_is_no_heading_is_no_section(above: str) -> None:
    assert read(f"<h2>Links</h2>{above}<a href=http://x.test/>X</a>").links[-1].section == "Links"


def test_a_heading_that_was_never_closed_is_its_first_line() -> None:
    link = read("<h2>Soil<br>" + "many words of the page that follows<br>" * 20 + "<a href=http://x.test/>X</a>").links[-1]
    assert link.heading == "Soil"


# -- what a page says of itself ---------------------------------------------------------------------------------------


def test_a_page_is_read_with_title_language_and_text() -> None:
    reading = read(
        """<html lang="de-AT"><head><title> Garten \n Links </title><meta name=description content="Nützliche  Seiten">
        <link rel="canonical" href="/links"><meta property="og:title" content="Other"></head>
        <body><nav>Start Kontakt</nav><h1>Links</h1><p>Alles über <i>Erde</i>.</p><script>var x</script><footer>Impressum</footer>"""
    )
    assert reading.title == "Garten Links"
    assert reading.language == "de"
    assert reading.description == "Nützliche Seiten"
    assert reading.canonical == "https://garden-club.example.org/links"
    assert reading.headings == ("Links",)
    assert reading.text == "Links Alles über Erde."


def test_a_page_without_a_head_is_titled_by_its_heading() -> None:
    reading = read("<h1>Links</h1>")
    assert (reading.title, reading.language, reading.description, reading.canonical) == ("Links", "", "", "")


def test_a_page_that_is_all_navigation_keeps_its_text() -> None:
    assert read("<nav>Soil Seed Water</nav>").text == "Soil Seed Water"


# -- bounds -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("item", "count"),
    [
        ('<li><a href="http://h{}.test/">Link</a> with some words', 100_000),
        ('<a href="http://h.test/{}">Link</a> ', 100_000),
        ('<a href="http://h{}.test/">Visit</a><br>', 20_000),
        ('<tr><td><a href="http://h{}.test/">Link</a><td>words', 20_000),
        ('<ul><li><a href="http://h{}.test/">Link</a>', 20_000),
        ('<object><a href="http://h{}.test/">Link', 20_000),
        ('<h3><a href="http://h{}.test/">Link</a></h3><p>words</p>', 20_000),
        ('<dl><dt>Term<dd><a href="http://h{}.test/">website</a>', 20_000),
    ],
)
def test_the_time_for_a_page_grows_with_its_links(item: str, count: int) -> None:
    def page(size: int) -> str:
        return "<table>" * item.startswith("<tr") + "".join(item.format(number) for number in range(size))

    assert len(read(page(count)).links) == count
    assert_grows_with_its_input(read, page, count // 4)


@given(st.text())
def test_no_text_raises(text: str) -> None:
    read(text)


SCRAPS = st.sampled_from(
    [
        *(
            "<a href='http://x.test/'>",
            "<a href=",
            "</a>",
            "<p>",
            "</p>",
            "<table>",
            "<tr>",
            "<td>",
            "</td>",
            "</table>",
            "<ul>",
            "<li>",
            "</ul>",
            "<h2>",
            "</h2>",
            "<b>",
        ),
        *(
            "</b>",
            "<br>",
            "<dl>",
            "<dt>",
            "<dd>",
            "<nav>",
            "</nav>",
            "<main>",
            "<article>",
            "<footer>",
            "<pre>",
            "\n",
            "text ",
            "Visit",
            "<!--",
            "-->",
            "<script>",
            "</script>",
        ),
        *(
            "<base href=//y.test>",
            "<base href=http://[h/>",
            "<img alt=z>",
            "<template>",
            "<svg>",
            "<math>",
            "</html>",
            "<frameset>",
            "<frame src=a>",
            "<select>",
            "\0",
            "\ud800",
            "&#0;",
        ),
        *(
            "<object>",
            "<caption>",
            "<th>",
            "<title>",
            "<html lang=xx>",
            "<meta name=description content=c>",
            "<link rel=canonical href=/c>",
            "<area href=//z.test>",
            "©",
        ),
    ]
)


@settings(max_examples=300)
@given(st.lists(SCRAPS, max_size=40).map("".join), st.sampled_from([PAGE, "", "not a url", "http://192.0.2.1/", "http://h.test/~a/?q"]))
def test_no_soup_of_tags_raises(soup: str, url: str) -> None:
    reading = read_page(soup, url=url)
    for position, link in enumerate(reading.links):
        assert link.position == position
        assert link.target_url.startswith(("http://", "https://"))
