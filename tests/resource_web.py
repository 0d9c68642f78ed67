"""A web of link lists on loopback for whole crawls: lists on several hosts, links that work and links that don't, a site of one's own.

web = ResourceWeb(site, folder)       # site: a MisbehavingSite that is up
web.link_list("herbs.test", "/links.html", [web.page("old.test", "/sage"), web.missing("old.test", "/thyme")])
web.write_campaign(seeds=[...])       # folder/campaign.toml, with the site of one's own at http://mine.test/
await scrapy_async("crawl", "resources", cwd=folder, **web.settings)
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from prospector.campaign import Campaign, load_campaign
from tests.misbehaving_site import ADDRESS, MisbehavingSite

OWN = "mine.test"
TOPICS = (
    "drying sage leaves",
    "hot composting",
    "pruning old roses",
    "keeping earthworms",
    "collecting rainwater",
    "sowing broad beans",
    "forcing rhubarb",
    "storing winter apples",
)
HTML = {"Content-Type": "text/html; charset=utf-8"}
PROSE = "It takes patience more than skill, and a dry day to begin with. What follows is what we do ourselves, year after year. "


class ResourceWeb:
    """Hosts of a MisbehavingSite that make sense together, and the campaign that crawls them."""

    def __init__(self, site: MisbehavingSite, folder: Path) -> None:
        self.site = site
        self.folder = folder
        self.hosts = {OWN}
        self.targets: set[str] = set()
        self.gone: set[str] = set()  # of these
        self.serve_own_site()

    # -- the web -----------------------------------------------------------------------------------------------------------

    def serve_own_site(self) -> None:
        pages = {f"/guides/{topic.replace(' ', '-')}.html": topic for topic in TOPICS}
        for path, topic in pages.items():
            text = f"<h1>{topic.capitalize()}</h1><p>A guide to {topic}. {PROSE * 3}</p>"
            self.serve(OWN, path, f"<title>{topic.capitalize()}</title>{text}")
        rows = "".join(f"<url><loc>http://{OWN}{path}</loc></url>" for path in pages)
        self.serve(
            OWN, "/sitemap.xml", f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{rows}</urlset>', kind="application/xml"
        )

    def serve(
        self,
        host: str,
        path: str,
        body: str | bytes,
        *,
        status: int = 200,
        kind: str = "text/html; charset=utf-8",
        delay: float = 0.0,
        **headers: str,
    ) -> str:
        """From now on `path` of `host` answers so. Its URL, as the crawl knows it."""
        self.hosts.add(host)
        self.site.serves(path, host=host, status=status, body=body, delay=delay, headers={"Content-Type": kind, **headers})
        return f"http://{host}{path}"

    def redirect(self, host: str, path: str, to: str) -> str:
        return self.serve(host, path, "", status=301, Location=to)

    def page(self, host: str, path: str, *, delay: float = 0.0) -> str:
        """A page that works, to be linked to."""
        url = self.serve(host, path, f"<title>{path}</title><h1>{path}</h1><p>{PROSE * 2}{path}</p>", delay=delay)
        self.targets.add(url)
        self.gone.discard(url)
        return url

    def missing(self, host: str, path: str) -> str:
        """A page that is gone, to be linked to."""
        url = self.serve(host, path, "<title>404 Not Found</title><h1>Not Found</h1>", status=404)
        self.targets.add(url)
        self.gone.add(url)
        return url

    def link_list(
        self,
        host: str,
        path: str,
        targets: Iterable[str],
        *,
        more: Sequence[str] = (),
        contact: str = "",
        delay: float = 0.0,
        title: str = "",
    ) -> str:
        """A page of links. more: other lists of the host, as its paths."""
        items = "".join(
            f'<li><a href="{url}">{_anchor(url)}</a>, well worth a visit if you care about {_anchor(url)}</li>' for url in targets
        )
        further = "".join(f'<p><a href="{path}">More useful links and resources</a></p>' for path in more)
        address = contact or f"editor@{host}"
        html = (
            f"<title>{title or f'Useful links of {host}'}</title><h1>{title or 'Useful links and resources'}</h1><p>{PROSE}</p>"
            f'<ul>{items}</ul>{further}<p>Broken link? Write to <a href="mailto:{address}">{address}</a></p>'
        )
        return self.serve(host, path, html, delay=delay)

    # -- the campaign ------------------------------------------------------------------------------------------------------

    @property
    def settings(self) -> dict[str, Any]:
        """Scrapy settings with which names of this web, and no others, are found here."""
        hosts = self.folder / "hosts"
        hosts.write_text("".join(f"{ADDRESS} {host}\n" for host in sorted(self.hosts)), encoding="utf-8")
        ports = json.dumps({"80": self.site.port, "443": self.site.closed_port()})
        return {"HOSTS_FILE": str(hosts), "HOSTS_PORTS": ports, "HOSTS_ONLY": True, "ADDRESS_GUARD_ENABLED": False}

    def write_campaign(
        self, seeds: Sequence[str], *, extra: str = "", crawl: Mapping[str, object] | None = None, goal: str = "links"
    ) -> Path:
        """campaign.toml in the folder. extra: more tables."""
        limits = {"delay": 0, "timeout": 2, **(crawl or {})}
        text = f"""
name = "web"
goal = "{goal}"
keywords = ["garden"]
[[sites]]
url = "http://{OWN}/"
[seeds]
urls = {json.dumps(list(seeds))}
[sender]
name = "Ada Lind"
email = "ada@{OWN}"
site = "http://{OWN}/"
relation = "volunteer"
[crawl]
{"".join(f"{key} = {json.dumps(value)}{chr(10)}" for key, value in limits.items())}
{extra}
"""
        path = self.folder / "campaign.toml"
        path.write_text(text, encoding="utf-8")
        return path

    def campaign(self, home: Path | None = None) -> Campaign:
        """The written campaign, whose results go under `home`."""
        return load_campaign(self.folder / "campaign.toml", home=home)

    @property
    def database(self) -> Path:
        return self.folder / "output" / "web.db"

    # -- what it heard -----------------------------------------------------------------------------------------------------

    def asked(self) -> Counter[str]:
        """URL → how often it was asked for, robots.txt left out."""
        return Counter(f"http://{hit.host}{hit.path}" for hit in self.site.hits() if hit.path != "/robots.txt")


def _anchor(url: str) -> str:
    return url.rpartition("/")[2].removesuffix(".html").replace("-", " ")
