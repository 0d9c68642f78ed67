"""links/boilerplate.py and boilerplate.toml: which links are a page's furniture."""

import pytest

from prospector.links.boilerplate import Pattern, is_tool, rules
from prospector.links.extract import read_page

PAGE = "https://www.rosegarden.example.org/links"
CONTENT = (
    "<h1>Links</h1><ul>"
    + "".join(f"<li><a href=http://item{n}.test/>Item {n}</a> with a line of words about it" for n in range(8))
    + "</ul>"
)


def is_furniture(html: str, *, before: bool = False) -> bool:
    page = html + CONTENT if before else CONTENT + html
    found = [link.boilerplate for link in read_page(page, url=PAGE).links if "x.test" in link.target_url or "item" not in link.target_url]
    (answer,) = set(found)
    return answer


LINK = "<a href=http://x.test/>A link</a>"


@pytest.mark.parametrize(
    "html",
    [
        f"<nav>{LINK}</nav>",
        f"<header>{LINK}</header>",
        f"<footer><div>{LINK}</div></footer>",
        f"<aside>{LINK}</aside>",
        f"<div role=navigation>{LINK}</div>",
        f"<div class='main-nav'>{LINK}</div>",
        f"<div id=footer>{LINK}</div>",
        f"<div id=siteFooter>{LINK}</div>",
        f"<ul class='menu'><li>{LINK}</ul>",
        f"<div class='social-icons'>{LINK}</div>",
        f"<main><div class='share'>{LINK}</div></main>",
        f"<table><tr><td class=leftnavbar>{LINK}</table>",
        "<a class=share-button href=http://x.test/>A link</a>",
        "<a rel=license href=http://x.test/>A link</a>",
        "<a rel=me href=http://x.test/>A link</a>",
        "<a rel=me href=http://x.test/></a>" + LINK,
        "<a href=https://github.com/RoseGarden/site>Code</a>",
        "<a href=https://www.facebook.com/rosegarden/>Follow us</a>",
        "<a href='https://www.facebook.com/sharer/sharer.php?u=x'>Share</a>",
        "<a href='https://tool.test/check?page=https%3A%2F%2Fwww.rosegarden.example.org%2Flinks'>Check</a>",
        "<a href='http://validator.w3.org/check?uri=referer'>Valid</a>",
        "<a href=http://c.statcounter.com/123/><img src=x></a>",
        "<a href=http://unheard-of.test/counter/?id=1><img src=x></a>",
        "<p>Powered by <a href=http://x.test/>Engine</a></p>",
        "<p>© 2019 <a href=http://x.test/>Ann Lind</a>. All rights reserved.</p>",
        "<p>Gestaltet von: <a href=http://x.test/>Atelier</a></p>",
    ],
)
def test_furniture_is_told_from_content(html: str) -> None:
    assert is_furniture(html)


@pytest.mark.parametrize(
    "html",
    [
        f"<p>{LINK}</p>",
        f"<article><header><h2>{LINK}</h2></header></article>",
        f"<main><div class=nav>{LINK}</div></main>",
        f"<div class='with-sidebar'>{LINK}</div>",
        f"<div class='footnotes'>{LINK}</div>",
        f"<div class='sidebar'><main>{LINK}</main></div>",
        "<a href=https://github.com/someone-else/rake>Rake</a>",
        "<a href=http://statcounter.com/>A counter service</a>",
        "<a href=https://www.facebook.com/groups/soil>Soil group</a>",
    ],
)
def test_content_is_told_from_furniture(html: str) -> None:
    assert not is_furniture(html, before=True)


def test_the_foot_of_each_entry_belongs_to_the_entry() -> None:
    page = "".join(
        f"<div class=entry>Site {n}, about roses</div><div class=entry-footer><a href=http://s{n}.test/>Visit</a></div>" for n in range(5)
    )
    assert not any(link.boilerplate for link in read_page(page, url=PAGE).links)


def test_a_class_that_covers_the_page_is_not_believed() -> None:
    page = f"<div class=menu>{CONTENT}</div>"
    assert not any(link.boilerplate for link in read_page(page, url=PAGE).links)


def test_a_mention_of_credits_amid_the_page_is_content() -> None:
    page = "<p>Powered by <a href=http://x.test/>wind</a></p>" + CONTENT * 2
    assert not any(link.boilerplate for link in read_page(page, url=PAGE).links)


@pytest.mark.parametrize(
    "pattern", [pattern for rows in rules().patterns.values() for pattern in rows], ids=lambda row: f"{row.host}{row.path}"
)
def test_every_row_of_the_table_catches_its_url_and_spares_its_host(pattern: Pattern) -> None:
    query = f"?{pattern.query}=x" if pattern.query else ""
    assert is_tool(f"https://www.{pattern.host}{pattern.path}{query}", page_host="example.org", badge=True)
    assert not is_tool(f"https://not{pattern.host}{pattern.path}", page_host="example.org", badge=False)
    assert pattern.path == pattern.path.lower()
