"""What a campaign file may say, and seldom should: told before a crawl and by doctor, each with its place and what would be better."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address
from urllib.parse import urlsplit

from prospector.campaign import Campaign
from prospector.campaign_lines import KeyPath, key_lines

DECENT_DELAY = 1.0  # seconds: what a small site on shared hosting does not notice; Scrapy's own default and most crawlers' manners
_HERE = ("localhost", ".localhost", ".local")


def haste(campaign: Campaign) -> str:
    """A pace that hosts of other people would feel; "" for a decent one."""
    delay = campaign.crawl.delay
    if delay >= DECENT_DELAY or campaign.is_demo:
        return ""
    return (
        f"{_place(campaign, ('crawl', 'delay'))}crawl.delay: {delay:g} is less than a second between two requests to one host. These are other "
        "people's hosts: small ones feel it, and larger ones shut out who hurries, which makes links uncheckable. Better delay = 1.0 here; "
        "for your own site alone write delay under [[sites]]."
    )


def nothing_goes_out(campaign: Campaign) -> str:
    """A limit for a day that keeps every letter in the house; "" for any other."""
    if campaign.export.per_day:
        return ""
    return f"{_place(campaign, ('export', 'per_day'))}export.per_day: at 0 no letter is ever exported. The default is per_day = 20."


def unreachable_sites(campaign: Campaign) -> tuple[str, ...]:
    """Own sites that only this machine or network can see: nothing there can be offered to anybody."""
    return tuple(_unreachable(campaign))


def _unreachable(campaign: Campaign) -> Iterator[str]:
    for number, site in enumerate(campaign.sites):
        host = urlsplit(site.url).hostname or ""
        if host == _HERE[0] or host.endswith(_HERE[1:]) or _is_private(host):
            yield (
                f"{_place(campaign, ('sites', number, 'url'))}sites.url: {site.url} can be reached from this machine or network only, so its pages "
                "can't be offered to anybody. Write the site's public address. (To check links inside your own network: -s ADDRESS_GUARD_ENABLED=False)"
            )


def _is_private(host: str) -> bool:
    try:
        return not ip_address(host).is_global
    except ValueError:
        return False


def _place(campaign: Campaign, key: KeyPath) -> str:
    line = key_lines(campaign.path.read_text("utf-8-sig")).get(key)
    return f"{campaign.path.name}{f':{line}' if line else ''}  "
