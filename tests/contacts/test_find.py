"""Whom to write to about a page: found on it, ranked, each with its reason."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from prospector.contacts.find import contact_page_urls, contacts_on, default_route, is_enough, ranked
from prospector.items import Contact, ContactKind, InternalLink

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
LINKS = "https://www.greenlist.org/links.html"
CONTACT = "https://www.greenlist.org/contact.html"


def on(body: str, url: str = LINKS, head: str = "<title>Garden links</title>") -> tuple[Contact, ...]:
    return contacts_on(f"<html><head>{head}</head><body>{body}</body></html>", url=url, now=NOW)


def values(body: str, url: str = LINKS, head: str = "<title>Garden links</title>") -> list[str]:
    return [contact.value for contact in on(body, url, head)]


def xored(address: str, key: int = 0x5A) -> str:
    return bytes([key, *(byte ^ key for byte in address.encode())]).hex()


def test_a_contact_says_where_when_and_why_it_was_found() -> None:
    (contact,) = on('<footer>Webmaster: <a href="mailto:ada@greenlist.org">Ada Lind</a></footer>')
    assert (contact.kind, contact.value, contact.name, contact.role) == (ContactKind.EMAIL, "ada@greenlist.org", "Ada Lind", "webmaster")
    assert (contact.site, contact.source_url, contact.found_at, contact.rank) == ("greenlist.org", LINKS, NOW, 1)
    assert "footer" in contact.reason
    assert not contact.deobfuscated


@pytest.mark.parametrize(
    "body",
    [
        f'<footer><a href="/cdn-cgi/l/email-protection#{xored("ada@greenlist.org")}">Contact</a></footer>',
        f'<footer>Mail: <span class="__cf_email__" data-cfemail="{xored("ada@greenlist.org")}">[email&#160;protected]</span></footer>',
        "<footer>Mail: ada [at] greenlist [dot] org</footer>",
        "<footer>Mail: ada<!-- x -->@<b>greenlist</b>.org</footer>",
        '<footer><a href="&#109;ailto:%61%64%61%40greenlist.org">mail</a></footer>',
        "<footer><script>document.write('ada' + '@' + 'greenlist.org')</script></footer>",
        '<footer><a href="#" data-user="ada" data-domain="greenlist.org">Mail</a></footer>',
        '<footer><a href="email.php?u=ada&amp;d=greenlist.org">E-mail</a></footer>',
        '<footer><p style="unicode-bidi: bidi-override; direction: rtl">gro.tsilneerg@ada</p></footer>',
        "<footer>Mail: &#97;&#100;&#97;&#64;greenlist.org</footer>",
    ],
)
def test_an_address_hidden_from_harvesters_is_found_and_marked(body: str) -> None:
    (contact,) = on(body)
    assert contact.value == "ada@greenlist.org"
    assert contact.deobfuscated


def test_an_address_shown_openly_anywhere_on_the_page_is_not_marked_as_hidden() -> None:
    (contact,) = on("<footer>Mail: ada [at] greenlist [dot] org, that is ada@greenlist.org</footer>")
    assert not contact.deobfuscated


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        (
            '<p>Found a broken link? <a href="mailto:bo@gmail.com">Tell Bo</a></p>',
            '<footer><a href="mailto:info@greenlist.org">Contact</a></footer>',
        ),
        (
            '<footer>Contact: <a href="mailto:ada@greenlist.org">mail</a></footer>',
            '<footer>Contact: <a href="mailto:garden@gmail.com">mail</a></footer>',
        ),
        (
            '<footer>Webmaster: <a href="mailto:bo@greenlist.org">Bo</a></footer>',
            '<footer><a href="mailto:info@greenlist.org">Contact</a></footer>',
        ),
        (
            '<footer><a href="mailto:info@greenlist.org">Contact</a></footer>',
            '<footer><a href="mailto:sales@greenlist.org">Contact</a></footer>',
        ),
        (
            '<footer><a href="mailto:editor@greenlist.org">Contact</a></footer>',
            '<footer><a href="mailto:advertising@greenlist.org">Contact</a></footer>',
        ),
        (
            '<footer><a href="mailto:info@greenlist.org">Contact</a></footer>',
            '<p>The school can be reached at <a href="mailto:office@school.edu">e-mail</a></p>',
        ),
    ],
)
def test_trust_decides_the_order_whatever_comes_first_on_the_page(better: str, worse: str) -> None:
    first = values(better)[0]
    assert values(worse + better)[0] == first
    assert values(better + worse)[0] == first


def test_a_guide_at_a_shared_host_belongs_to_the_library_behind_it() -> None:
    body = '<div class="s-lib-profile-div">Ada Lind, Subject librarian <a href="mailto:alind@mit.edu">Email Me</a></div>'
    (contact,) = on(body, url="https://mit.libguides.com/gardening")
    assert (contact.value, contact.role) == ("alind@mit.edu", "librarian")


def test_roles_beside_the_addresses_of_a_table_choose_the_webmaster() -> None:
    rows = "".join(
        f"<tr><td>{role}</td><td><a href='mailto:{name}@gmail.com'>{name}</a></td></tr>"
        for role, name in [("Treasurer", "bo"), ("Webmaster", "cy"), ("President", "di")]
    )
    assert values(f"<h1>Contacts</h1><table>{rows}</table>", url=CONTACT)[0] == "cy@gmail.com"


@pytest.mark.parametrize(
    ("head", "reason"),
    [
        ('<link rev="made" href="mailto:ada@greenlist.org">', "maker"),
        ('<link rel="made" href="mailto:ada_at_greenlist_org">', "maker"),
        ('<meta name="reply-to" content="ada@greenlist.org">', "replies"),
        (
            '<script type="application/ld+json">{"@type": "Organization", "contactPoint": [{"@type": "ContactPoint", "email": "mailto:ada@greenlist.org"}]}</script>',
            "structured data",
        ),
    ],
)
def test_what_a_page_tells_machines_about_its_maker_is_read(head: str, reason: str) -> None:
    (contact,) = on("", head=head)
    assert contact.value == "ada@greenlist.org"
    assert reason in contact.reason


def test_microdata_and_json_ld_of_other_things_than_the_site_are_not_its_maker() -> None:
    assert values(
        '<div itemscope itemtype="https://schema.org/Organization"><a itemprop="email" href="mailto:ada@greenlist.org">mail</a></div>'
    ) == ["ada@greenlist.org"]
    assert values("", head='<script type="application/ld+json">{"@type": "Event", "organizer": {"email": "bo@fair.org"}}</script>') == []
    assert values("", head='<script type="application/ld+json">{"@type": "Organiz</script>') == []


@pytest.mark.parametrize(
    "body",
    [
        '<div class="comment-list"><p>I agree, write to me: bo@gmail.com</p></div>',
        "<pre><code>git config user.email bo@gmail.com</code></pre>",
        "<p>The author of this tool is <a href='mailto:bo@elsewhere.org'>Bo</a>.</p>",
        "<footer>Website by Studio X <a href='mailto:hello@studiox.com'>hello@studiox.com</a></footer>",
        "<footer>Data protection officer: <a href='mailto:bo@elsewhere.org'>mail</a></footer>",
        "<img srcset='hero@2x.png 2x'><p>Contact: you@example.com</p>",
        "<input type='email' placeholder='ada@greenlist.org'><textarea>ada@greenlist.org</textarea>",
        "<!-- Contact: ada@greenlist.org -->",
        "<p>See you at garden.org or at noon.</p>",
    ],
)
def test_addresses_of_others_are_left_alone(body: str) -> None:
    assert values(body) == []


def test_a_directory_of_others_addresses_is_no_list_of_contacts() -> None:
    items = "".join(
        f"<li>Garden {name}: e-mail <a href='mailto:{name}@{name}garden.org'>{name}@{name}garden.org</a></li>"
        for name in ("ash", "birch", "cedar", "elm", "fir", "gum", "hazel")
    )
    assert values(f"<ul>{items}</ul><footer>Contact: <a href='mailto:ada@gmail.com'>Ada</a></footer>") == ["ada@gmail.com"]


def test_reserved_names_count_only_on_sites_under_them() -> None:
    footer = '<footer>Contact: <a href="mailto:ada@greenlist.test">Ada</a></footer>'
    assert values(footer, url="https://greenlist.test/links") == ["ada@greenlist.test"]
    assert values(footer) == []


def test_a_form_with_room_for_a_message_is_the_fallback() -> None:
    form = '<form action="/send" method="post"><input name="email"><textarea name="message"></textarea></form>'
    (contact,) = on(form, url=CONTACT)
    assert (contact.kind, contact.value) == (ContactKind.FORM, CONTACT)
    assert [contact.kind for contact in on(form + "<p>E-mail: ada@greenlist.org</p>", url=CONTACT)] == [ContactKind.EMAIL, ContactKind.FORM]


def test_a_form_kept_by_a_form_service_is_one_contact_on_all_pages() -> None:
    form = '<h2>Feedback</h2><form action="https://formsubmit.co/abc123" method="post"><textarea name="feedback"></textarea></form>'
    (contact,) = on(form)
    assert (contact.value, contact.source_url) == ("https://formsubmit.co/abc123", LINKS)


def test_an_embedded_form_is_reached_by_its_page() -> None:
    assert values('<iframe src="https://docs.google.com/forms/d/e/1FAIp/viewform?embedded=true"></iframe>', url=CONTACT) == [CONTACT]


@pytest.mark.parametrize(
    "form",
    [
        '<form role="search"><input name="q"></form>',
        '<form id="commentform" action="/wp-comments-post.php"><textarea name="comment"></textarea><input name="author"><input name="email"></form>',
        '<form><textarea id="translate-box"></textarea></form>',
        '<form class="newsletter"><input type="email" name="email"></form>',
    ],
)
def test_forms_for_something_else_are_not_taken(form: str) -> None:
    assert values(form) == []


def test_an_edit_link_leads_to_the_tracker_and_a_mere_repository_link_does_not() -> None:
    (contact,) = on('<a href="https://github.com/green/list/edit/main/links.md">Edit this page</a>')
    assert (contact.kind, contact.value) == (ContactKind.TRACKER, "https://github.com/green/list/edit/main/links.md")
    assert values('<a href="https://github.com/green/list">Stars</a> <a href="https://github.com/green/list/releases">contribute</a>') == []


def test_pages_of_a_site_pool_into_one_ranking() -> None:
    here = on('<footer>Contact: <a href="mailto:info@greenlist.org">mail</a></footer>')
    there = on('<p>Mail: info@greenlist.org</p><p>Webmaster: <a href="mailto:ada@greenlist.org">Ada Lind</a></p>', url=CONTACT)
    stranger = on('<footer>Contact: <a href="mailto:x@other.org">mail</a></footer>', url="https://other.org/")
    pooled = ranked([*here, *stranger, *there], site="greenlist.org")
    assert [(contact.value, contact.rank) for contact in pooled] == [("ada@greenlist.org", 1), ("info@greenlist.org", 2)]
    assert "on several pages" in pooled[1].reason
    assert ranked(pooled, site="greenlist.org") == pooled


def test_only_an_address_makes_further_pages_needless() -> None:
    assert is_enough(on('<footer>Contact: <a href="mailto:info@greenlist.org">mail</a></footer>'))
    assert not is_enough(on('<a href="https://github.com/green/list/issues">Report an issue</a>'))


@pytest.mark.parametrize(
    ("path", "anchor"),
    [
        ("/contact.html", ""), ("/p?id=7", "Contact us"), ("/kontakt/", ""), ("/impressum.htm", ""), ("/x.htm", "Über uns"), ("/contacto", ""), ("/a-propos/", ""), ("/fale-conosco", ""),
        ("/chi-siamo", ""), ("/over-ons", ""), ("/o-nas", ""), ("/yhteystiedot", ""), ("/kapcsolat", ""), ("/1", "Контакты"), ("/2", "关于我们"), ("/3", "お問い合わせ"), ("/staff", ""), ("/4", "문의"),
    ],
)  # fmt: skip
def test_pages_about_people_are_known_in_many_languages(path: str, anchor: str) -> None:
    url = f"https://www.greenlist.org{path}"
    noise = [InternalLink(url=f"https://www.greenlist.org/plants/{n}.html", anchor=f"Plant {n}") for n in range(20)]
    assert contact_page_urls([*noise, InternalLink(url=url, anchor=anchor)], url=LINKS)[0] == url


def test_at_most_four_pages_are_asked_for_best_first_and_never_the_page_itself_or_a_file() -> None:
    paths = [
        "about",
        "team",
        "impressum",
        "contact",
        "contact-us",
        "kontakt",
        "links.html",
        "contact.pdf",
        "about-the-great-autumn-plant-fair-of-1998",
    ]
    internal = [InternalLink(url=f"https://www.greenlist.org/{path}") for path in paths]
    found = contact_page_urls([*internal, InternalLink(url="https://elsewhere.org/contact")], url=LINKS)
    assert len(found) == 4
    assert found[0] == "https://www.greenlist.org/contact"
    assert LINKS not in found
    assert all("pdf" not in url and "elsewhere" not in url and "1998" not in url for url in found)


def test_the_index_above_a_page_stands_in_for_a_contact_page() -> None:
    internal = [InternalLink(url="http://uni.org/people/ada/index.htm", anchor="Start")]
    found = contact_page_urls(internal, url="http://uni.org/people/ada/links/list.htm")
    assert found[:2] == ("http://uni.org/people/ada/index.htm", "http://uni.org/")


def test_without_any_link_the_address_is_shortened_as_a_visitor_would_and_humans_txt_comes_last() -> None:
    assert contact_page_urls([], url="https://host.org/greenlist/links/") == (
        "https://host.org/",
        "https://host.org/greenlist/",
        "https://host.org/humans.txt",
    )
    assert contact_page_urls([], url="https://host.org/~ada/links/list.html") == (
        "https://host.org/~ada/",
        "https://host.org/~ada/links/",
        "https://host.org/~ada/humans.txt",
    )


def test_pages_of_different_kinds_come_before_the_same_page_in_another_language() -> None:
    paths = ["bio/index.htm", "bio/indexu.htm", "bio/indexe.htm", "index.htm"]
    internal = [InternalLink(url=f"https://uni.org/ada/{path}") for path in paths]
    found = contact_page_urls(internal, url="https://uni.org/ada/links/")
    assert found[:2] == ("https://uni.org/ada/bio/index.htm", "https://uni.org/ada/index.htm")


def test_a_folder_and_its_index_are_one_page() -> None:
    internal = [InternalLink(url="https://uni.org/links/index.html", anchor="Contact"), InternalLink(url="https://uni.org/links/?lang=de")]
    assert contact_page_urls(internal, url="https://uni.org/links/") == ("https://uni.org/", "https://uni.org/humans.txt")


def test_pages_seen_before_are_not_asked_for_again() -> None:
    internal = [InternalLink(url=f"https://uni.org/{name}") for name in ("contact", "about", "impressum", "staff")]
    seen = ["https://uni.org/contact", "https://uni.org/impressum"]
    assert contact_page_urls(internal, url="https://uni.org/links", seen=seen, most=2) == ("https://uni.org/staff", "https://uni.org/about")
    assert contact_page_urls(internal, url="https://uni.org/links", seen=seen, most=0) == ()


def open_address(value: str = "ada@greenlist.org", *, hidden: bool = False, kind: ContactKind = ContactKind.EMAIL) -> Contact:
    return Contact(site="greenlist.org", kind=kind, value=value, deobfuscated=hidden)


def test_a_hidden_address_gives_way_to_any_open_route() -> None:
    hidden, openly = open_address(hidden=True), open_address("info@greenlist.org")
    form, tracker = open_address(CONTACT, kind=ContactKind.FORM), open_address("https://github.com/g/l/issues", kind=ContactKind.TRACKER)
    assert default_route([hidden, openly, form]) == openly
    assert default_route([hidden, form, tracker]) == form
    assert default_route([hidden, tracker]) == tracker
    assert default_route([hidden]) == hidden
    assert default_route([openly, form]) == openly
    assert default_route([]) is None


def test_a_mail_link_turned_by_rot13_is_a_hidden_address() -> None:
    html = '<h1>Links</h1><p>Broken link? <a href="znvygb:nqn@yvaqtneqra.bet">Tell us</a></p>'
    (found,) = contacts_on(html, url="https://lindgarden.org/links.html", now=NOW)
    assert (found.value, found.deobfuscated) == ("ada@lindgarden.org", True)
