"""Which pages are nothing without their scripts."""

from __future__ import annotations

import pytest

from prospector.links.shells import is_app_shell

URL = "https://library.example.org/guides"
MENU = '<nav><a href="/">Home</a> <a href="/guides">Guides</a> <a href="https://www.example.org/about">About</a></nav>'
PROSE = "<p>" + "Compost wants air, water and a little patience from its owner. " * 10 + "</p>"
AWAY = '<a href="https://soil.example.net/">Soil</a>'
SCRIPT = '<script src="/app.js"></script>'

SHELLS = {
    "a mount point": f'<div id="root"></div>{SCRIPT}',
    "a module": '<body><script type="module">import "/app.js"</script>',
    "a note and a menu": f"<body><noscript>You need to enable JavaScript to run this app. {AWAY}</noscript>{MENU}<div id=app></div>{SCRIPT}",
    "a mount point among prose": f"<main>{PROSE}</main><div id='__next'> <!-- soon --> </div>{SCRIPT}",
    "text in a template": f"<template>{PROSE}</template>{SCRIPT}",
    "nothing at all": SCRIPT,
}
PAGES = {
    "no script": '<div id="root"></div>',
    "only data": '<div id="root"></div><script type="application/ld+json">{"@type": "WebPage"}</script>',
    "a link elsewhere": f'<div id="root"></div>{AWAY}{SCRIPT}',
    "prose": f"{PROSE}{SCRIPT}",
    "a mount point that is filled": f'<div id="root">{PROSE}</div>{SCRIPT}',
    "empty": "",
}


@pytest.mark.parametrize("html", SHELLS.values(), ids=SHELLS.keys())
def test_a_page_that_waits_for_its_script_is_a_shell(html: str) -> None:
    assert is_app_shell(html, url=URL)


@pytest.mark.parametrize("html", PAGES.values(), ids=PAGES.keys())
def test_a_page_that_says_something_is_none(html: str) -> None:
    assert not is_app_shell(html, url=URL)


@pytest.mark.parametrize("url", ["", "http://[h/", "https://example.org/"])
def test_nothing_in_a_page_raises(url: str) -> None:
    assert is_app_shell('<script></script><a href="http://[h/"><a href><svg><svg></svg></svg><template><template>', url=url)
