"""How people write an e-mail address, and what only looks like one."""

from __future__ import annotations

import pytest

from prospector.contacts.addresses import addresses_in, clean, is_freemail, of_mailto


def only(text: str) -> list[str]:
    return [found.address for found in addresses_in(text)]


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("Write to ada@lindgarden.org.", "ada@lindgarden.org"),
        ("邮箱ada@lindgarden.org，谢谢", "ada@lindgarden.org"),
        ("<ada.b+list@mail.lindgarden.co.uk>", "ada.b+list@mail.lindgarden.co.uk"),
        ("ada [at] lindgarden [dot] org", "ada@lindgarden.org"),
        ("ada(at)lindgarden(dot)co(dot)uk", "ada@lindgarden.co.uk"),
        ("ada {at} lindgarden.org", "ada@lindgarden.org"),
        ("ada (ät) lindgarden (Punkt) de", "ada@lindgarden.de"),
        ("ada (arroba) lindgarden (punto) es", "ada@lindgarden.es"),
        ("ada [собака] lindgarden [точка] ru", "ada@lindgarden.ru"),
        ("ada [at] lindgarden dot org", "ada@lindgarden.org"),
        ("ada_at_lindgarden_net", "ada@lindgarden.net"),
        ("ada [arobase] lindgarden [point] fr", "ada@lindgarden.fr"),
        ("ada (krøllalfa) lindgarden (prikk) no", "ada@lindgarden.no"),
        ("ada [παπάκι] lindgarden [τελεία] gr", "ada@lindgarden.gr"),
        ("ada（アットマーク）lindgarden.jp", "ada@lindgarden.jp"),
        ("ada＠lindgarden．jp", "ada@lindgarden.jp"),
        ("ada ät lindgarden punkt de", "ada@lindgarden.de"),
        ("ada chiocciola lindgarden punto it", "ada@lindgarden.it"),
        ("ada -at- lindgarden -dot- org", "ada@lindgarden.org"),
        ("ada–at–lindgarden–dot–org", "ada@lindgarden.org"),
        ("ada★lindgarden.jp（★を@に替えてください）", "ada@lindgarden.jp"),
        ("ada#lindgarden.cn（请把#换成@）", "ada@lindgarden.cn"),
        ("ada!lindgarden.org (replace ! with @)", "ada@lindgarden.org"),
        ("adaNOSPAM@lindgarden.org", "ada@lindgarden.org"),
        ("ada@NOSPAM.lindgarden.org", "ada@lindgarden.org"),
        ("blog@ada@lindgarden.name", "ada@lindgarden.name"),
    ],
)
def test_an_address_is_read_however_its_signs_are_written(text: str, address: str) -> None:
    assert only(text) == [address]


@pytest.mark.parametrize("text", ["ada [at] lindgarden [dot] org", "ada_at_lindgarden_net", "ada.nospam@lindgarden.org"])
def test_signs_in_words_mean_that_the_owner_hid_the_address(text: str) -> None:
    assert [found.hidden for found in addresses_in(text)] == [True]


@pytest.mark.parametrize(
    "text",
    [
        "Write to us - at - any time.",
        "See the guide (et) notes.",
        "gardens/lindgarden.org and soil/lindgarden.net: follow us @lindgarden",
        "ada#lindgarden.org is a channel, @ada its owner",
        "Il punto di incontro: piazza chiocciola, punto 3",
    ],
)
def test_words_for_signs_in_running_text_make_no_address(text: str) -> None:
    assert [found.address for found in addresses_in(text) if found.sure] == []


def test_a_bare_at_is_only_an_address_if_the_words_around_it_say_so() -> None:
    assert [found.sure for found in addresses_in("Ada Lind, ada at lindgarden.org")] == [False]
    assert only("we meet at noon") == []


@pytest.mark.parametrize(
    "text",
    [
        "logo@2x.png",
        "img/hero@3x.min.jpg",
        "https://9f86d081884c7d659a2feaa0c55ad015@o12345.ingest.sentry.io/42",
        "605a7baede844d278b89dc95ae0a9123@sentry-next.wixpress.com",
        "you@example.com",
        "john.doe@yourdomain.com",
        "name@company.com",
        "noreply@lindgarden.org",
        "no-reply@lindgarden.org",
        "abuse@lindgarden.org",
        "postmaster@lindgarden.org",
        "privacy@lindgarden.org",
        "datenschutz@lindgarden.de",
        "list+unsubscribe@lindgarden.org",
        "npm install @scope/pkg@1.2.3",
        "git@github.com:ada/garden.git".replace("github.com", "localhost"),
        "@media print",
        "https://user:secret@lindgarden.org/",
        "hello@sometheme.com",
    ],
)
def test_what_only_looks_like_an_address_or_leads_nowhere_is_never_taken(text: str) -> None:
    assert only(text) == []


@pytest.mark.parametrize(
    ("href", "addresses"),
    [
        ("mailto:ada@lindgarden.org?subject=Broken%20link", ("ada@lindgarden.org",)),
        ("mailto:%61da%40lindgarden.org", ("ada@lindgarden.org",)),
        ("mailto:ada%2540lindgarden.org", ("ada@lindgarden.org",)),
        ("mailto:%20ada@lindgarden.org%20", ("ada@lindgarden.org",)),
        ("mailto:ada(at)lindgarden(dot)org", ("ada@lindgarden.org",)),
        ("MAILTO:Ada Lind <ada@lindgarden.org>", ("ada@lindgarden.org",)),
        ("mailto:ada@lindgarden.org,bo@lindgarden.org?cc=cy@lindgarden.org", ("ada@lindgarden.org", "bo@lindgarden.org")),
        ("mailto:ada@gärten.de", ("ada@xn--grten-gra.de",)),
        ("mailto:?subject=Look%20at%20this", ()),
        ("mailto:", ()),
    ],
)
def test_a_mail_link_gives_the_addresses_it_goes_to(href: str, addresses: tuple[str, ...]) -> None:
    assert of_mailto(href) == addresses


def test_an_address_keeps_the_case_of_its_own_part_only() -> None:
    assert clean("Ada.Lind@LindGarden.ORG") == "Ada.Lind@lindgarden.org"


@pytest.mark.parametrize(
    ("address", "free"),
    [
        ("a@gmail.com", True),
        ("a@yahoo.co.uk", True),
        ("a@hotmail.fr", True),
        ("a@lindgarden.org", False),
        ("a@yahoo.lindgarden.org", False),
    ],
)
def test_a_freemail_house_is_known_in_every_country(address: str, *, free: bool) -> None:
    assert is_freemail(address) is free


@pytest.mark.parametrize(
    "text", ["ada..lind@greenlist.org", "ada@-greenlist.org", "ada@greenlist-.org", "a" * 65 + "@greenlist.org", "ada@green_list.org"]
)
def test_what_the_standards_do_not_allow_is_no_address(text: str) -> None:
    assert clean(text) == ""
