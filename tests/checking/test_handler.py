"""Scrapy's settings → ours, and Scrapy's pages through our network."""

from pathlib import Path
from typing import Any

import pytest
from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import HtmlResponse
from scrapy.settings import Settings

from prospector.checking.failures import Failed
from prospector.checking.handler import PageHandler, network_of, network_settings
from prospector.items import Outcome
from tests.misbehaving_site import MisbehavingSite
from tests.misbehaviours import PAGE


def settings(**values: Any) -> Settings:
    found = Settings()
    found.setmodule("prospector.settings", priority="project")
    found.setdict({"CANARY_URLS": [], **values}, priority="cmdline")
    return found


def test_the_defaults_are_those_of_a_polite_visitor() -> None:
    found = Settings()
    found.setmodule("prospector.settings", priority="project")
    ours = network_settings(found)
    assert (ours.per_host, ours.delay, ours.obey_robots, ours.guard, ours.hosts_only) == (1, 1.0, True, True, False)
    assert ours.robots_agent == "Prospector"
    assert (ours.dns_servers, ours.dns_second) == ([], "9.9.9.9")
    assert len(ours.canaries) == 3


def test_what_the_command_line_says_is_read(tmp_path: Path) -> None:
    hosts = tmp_path / "hosts"
    hosts.write_text("127.0.0.1 library.test\n")
    ours = network_settings(
        settings(
            HOSTS_FILE=str(hosts),
            HOSTS_ONLY="True",
            HOSTS_PORTS='{"80": 8080}',
            DNS_SERVERS="192.0.2.53,192.0.2.54:5353",
            DNS_SECOND_RESOLVER="",
            CANARY_URLS="https://A.example/robots.txt,http://b.example",
            ADDRESS_GUARD_ENABLED="False",
        )
    )
    assert ours.hosts == {"library.test": ("127.0.0.1",)}
    assert (ours.hosts_only, ours.ports, ours.guard) == (True, {80: 8080}, False)
    assert (ours.dns_servers, ours.dns_second) == (["192.0.2.53", "192.0.2.54:5353"], "")
    assert ours.canaries == ["https://a.example/robots.txt", "http://b.example/"]
    assert network_settings(settings(CANARY_URLS="")).canaries == []


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"HOSTS_FILE": "/no/such/hosts"}, "HOSTS_FILE: .*No such file"),
        ({"DNS_SERVERS": "dns.example"}, "DNS_SERVERS: 'dns.example' is not the address"),
        ({"DNS_SECOND_RESOLVER": "1.1.1"}, "DNS_SECOND_RESOLVER: '1.1.1' is not the address"),
        ({"CANARY_URLS": "www.example.org"}, "CANARY_URLS: 'www.example.org' is not a web address"),
    ],
)
def test_a_bad_setting_is_named_with_what_is_wrong(values: dict[str, str], says: str) -> None:
    with pytest.raises(NotConfigured, match=says):
        network_settings(settings(**values))


def test_a_bad_line_of_the_hosts_file_is_named_with_its_place(tmp_path: Path) -> None:
    hosts = tmp_path / "hosts"
    hosts.write_text("127.0.0.1 fine.test\nlibrary.test 127.0.0.1\n")
    with pytest.raises(NotConfigured, match=r"HOSTS_FILE: .*hosts:2  'library\.test' is not an IP address\. Write \"127"):
        network_settings(settings(HOSTS_FILE=str(hosts)))


async def test_a_proxy_that_can_not_be_used_is_told_before_the_first_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "socks5://127.0.0.1:1080")
    with pytest.raises(NotConfigured, match=r"https_proxy: .* Write it as"):
        network_of(Crawler(Spider, settings()))


async def test_pages_come_through_the_network_and_failures_are_ours(site: MisbehavingSite) -> None:
    crawler = Crawler(Spider, settings(ADDRESS_GUARD_ENABLED=False, ROBOTSTXT_OBEY=False, DOWNLOAD_DELAY=0, DOWNLOAD_MAXSIZE=50))
    network = network_of(crawler)
    assert network_of(crawler) is network
    handler = PageHandler(crawler)
    response = await handler.download_request(Request(site.url("/redirect-relative"), headers={"If-None-Match": '"x"', "Cookie": "a=b"}))
    assert isinstance(response, HtmlResponse)
    assert (response.url, response.status, response.body, response.flags) == (site.url("/ok"), 200, PAGE[:50], ["truncated"])
    assert b"Content-Length" not in response.headers
    assert site.hits("/ok")[0].headers["if-none-match"] == '"x"'
    assert "cookie" not in site.hits("/ok")[0].headers
    with pytest.raises(Failed) as caught:
        await handler.download_request(Request(site.url("/reset")))
    assert caught.value.outcome is Outcome.REFUSED
    await network.close()
