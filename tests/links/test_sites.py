"""links/sites.py: which URLs belong to one site."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prospector.links.sites import registrable_domain, same_site, shared_hosts, site_of


@pytest.mark.parametrize(
    ("url", "site"),
    [
        ("https://www.example.org/a", "example.org"),
        ("https://news.bbc.co.uk/", "bbc.co.uk"),
        ("https://ann.github.io/links/", "ann.github.io"),
        ("https://garden.blogspot.com/", "garden.blogspot.com"),
        ("https://garden.blogspot.co.uk/", "garden.blogspot.co.uk"),
        ("https://mit.libguides.com/gardening", "mit.libguides.com"),
        ("https://libguides.com/", "libguides.com"),
        ("https://www.libguides.com/", "libguides.com"),
        ("https://en.ann.wordpress.com/", "ann.wordpress.com"),
        ("https://club.weebly.com/links.html", "club.weebly.com"),
        ("https://sites.google.com/site/ourclub/home", "sites.google.com/site/ourclub"),
        ("https://sites.google.com/view/ourclub/home", "sites.google.com/view/ourclub"),
        ("https://sites.google.com/example.org/ourclub/home", "sites.google.com/example.org/ourclub"),
        ("https://www.google.com/search", "google.com"),
        ("http://www.geocities.com/Athens/Acropolis/1234/x.html", "geocities.com/Athens/Acropolis/1234"),
        ("http://www.geocities.com/Athens/5678/", "geocities.com/Athens/5678"),
        ("http://geocities.com/ann_lind/links.html", "geocities.com/ann_lind"),
        ("http://www.angelfire.com/ny/ann/links.html", "angelfire.com/ny/ann"),
        ("http://members.tripod.com/ann/x.html", "members.tripod.com/ann"),
        ("http://members.tripod.com/~ann/x.html", "members.tripod.com/~ann"),
        ("http://ann.tripod.com/", "ann.tripod.com"),
        ("https://ann.neocities.org/", "ann.neocities.org"),
        ("http://www.cs.example.edu/~ann/links.html", "example.edu/~ann"),
        ("http://www.cs.example.edu/~", "example.edu"),
        ("http://www.cs.example.edu/people/~ann/", "example.edu"),
        ("http://192.0.2.7:8080/a", "192.0.2.7"),
        ("http://[2001:db8::1]:8080/a", "2001:db8::1"),
        ("http://a.b.demo.test/x", "demo.test"),
        ("http://localhost/", "localhost"),
        ("http://example.org./", "example.org"),
        ("mailto:ann@example.org", ""),
    ],
)
def test_a_url_belongs_to_a_site(url: str, site: str) -> None:
    assert site_of(url) == site


def test_same_site_is_about_owners() -> None:
    assert same_site("http://www.example.org/", "https://shop.example.org/x")
    assert not same_site("https://ann.github.io/", "https://bob.github.io/")
    assert not same_site("http://example.edu/~ann/", "http://example.edu/~bob/")
    assert not same_site("not a url", "not a url")


def test_the_registrable_domain_of_a_host() -> None:
    assert registrable_domain("WWW.Example.CO.UK") == "example.co.uk"
    assert registrable_domain("192.0.2.7") == "192.0.2.7"
    assert registrable_domain("a.b.example") == "b.example"
    assert registrable_domain("") == ""


@pytest.mark.parametrize("host", sorted(shared_hosts()))
def test_every_shared_host_tells_two_owners_apart(host: str) -> None:
    for row in shared_hosts()[host]:
        assert row.source
        prefix = f"{min(row.under)}/" if row.under else ""
        if row.by_path:
            below = "/".join(["x"] * (row.segments - 1))
            ann, bob = (f"http://{host}/{prefix}{below}{'/' * bool(below)}{name}/links.html" for name in ("ann", "bob"))
        else:
            ann, bob = f"http://ann.{host}/links.html", f"http://bob.{host}/links.html"
        assert site_of(ann) != site_of(bob), row
        assert same_site(ann, ann.replace("links", "other")), row


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_text_has_an_answer(first: str, second: str) -> None:
    assert isinstance(site_of("http://" + first), str)
    assert same_site(first, second) in (True, False)
    assert isinstance(registrable_domain(first), str)
