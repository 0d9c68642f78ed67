"""The bench kit: its made-up web is the same each time and true to its shares, its name server speaks DNS, its scores count what they say."""

from __future__ import annotations

import ssl
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import dns.message
import dns.rcode
import pytest

from benchmarks.kit import certificates, names
from benchmarks.kit.__main__ import Run, Score, score, table
from benchmarks.kit.tools import TOOLS, Job
from benchmarks.kit.web import KINDS, LISTS, Link, MadeWeb, Profile, Truth, address, build, hosts, made_links
from prospector.links.extract import read_page
from prospector.links.sites import site_of


def small(kinds: list[str]) -> MadeWeb:
    links = [Link(url=f"http://127.20.0.1:18080/{kind}/0/{at}-1", kind=kind) for at, kind in enumerate(kinds)]
    return MadeWeb(profile=Profile.CPU, links=links, pages=["http://127.0.0.1:18080/lists/0.html"], start="http://127.0.0.1:18080/lists/")


@pytest.mark.parametrize("profile", Profile)
def test_a_profiles_links_are_the_same_each_time_and_have_the_kinds_they_should(profile: Profile) -> None:
    links = list(made_links(profile, 10_000))
    assert links == list(made_links(profile, 10_000))
    assert len({link.url for link in links}) == 10_000
    found = Counter(link.kind for link in links)
    assert set(found) == {name for name, kind in KINDS.items() if kind.only in {None, profile}}
    assert all(abs(found[name] / 100 - KINDS[name].share) < 1.5 for name in found)
    assert {urlsplit(link.url).scheme for link in links} == {"https" if profile is Profile.TLS else "http"}


@pytest.mark.parametrize("profile", Profile)
def test_every_page_has_its_links_for_a_reader_and_none_leads_to_its_own_site(profile: Profile, tmp_path: Path) -> None:
    web = build(profile, 250, tmp_path)
    carried = []
    for number, url in enumerate(web.pages):
        found = read_page((tmp_path / f"{profile}-250" / f"{number}.html").read_text("utf-8"), url=url)
        carried += [link.target_url for link in found.links if not link.boilerplate]
    assert carried == [link.url for link in web.links]
    own = site_of(web.start)
    assert all(site_of(link.url) != own for link in web.links)
    assert all(url in (tmp_path / f"{profile}-250" / "index.html").read_text("utf-8") for url in web.pages)


def test_no_two_hosts_have_one_address_and_none_is_the_lists() -> None:
    addresses = [address(host) for host in range(hosts(Profile.CPU))]
    assert len(set(addresses)) == len(addresses)
    assert LISTS not in addresses


def test_a_delay_is_long_enough_to_wait_and_short_enough_to_come() -> None:
    delays = sorted(int(urlsplit(link.url).path.split("/")[2]) for link in made_links(Profile.WEB, 5000))
    assert delays[0] >= 20
    assert delays[-1] <= 3000
    assert 120 < delays[2500] < 180


@pytest.mark.parametrize(
    ("name", "kind", "said"),
    [
        ("host7.test.", "A", [address(7)]),
        ("HOST7.test.", "A", [address(7)]),
        ("lists.test.", "A", [LISTS]),
        ("host7.test.", "AAAA", []),
        ("gone7.test.", "A", None),
        ("example.org.", "A", None),
    ],
)
def test_the_name_server_knows_its_hosts_and_says_no_to_all_others(name: str, kind: str, said: list[str] | None) -> None:
    question = dns.message.make_query(name, kind)
    answer = dns.message.from_wire(names.reply(question.to_wire()))
    assert question.is_response(answer)
    assert answer.rcode() == (dns.rcode.NXDOMAIN if said is None else dns.rcode.NOERROR)
    assert [record.to_text() for records in answer.answer for record in records] == (said or [])


def test_what_is_no_question_gets_no_answer() -> None:
    question = dns.message.make_query("host7.test.", "A", use_edns=False).to_wire()
    assert all(names.reply(question[:size]) == b"" for size in range(len(question)))
    assert names.reply(question)


def test_the_certificate_is_good_for_every_host_to_whoever_trusts_the_authority(tmp_path: Path) -> None:
    files = certificates.made_in(tmp_path)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(files.certificate, files.key)
    for host in (LISTS, address(0), address(hosts(Profile.TLS) - 1)):
        trusting = ssl.create_default_context(cafile=str(files.authority))
        inward, outward = ssl.MemoryBIO(), ssl.MemoryBIO()
        client = trusting.wrap_bio(inward, outward, server_hostname=host)
        served = server.wrap_bio(outward, inward, server_side=True)
        for side in (client, served, client, served):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
        assert client.getpeercert()


def test_a_score_counts_false_dead_missed_and_found_soft_404s_and_what_is_unclear_not_at_all() -> None:
    web = small(["ok", "ok", "h404", "nf", "gone", "rd", "soft", "soft", "e500"])
    said = dict.fromkeys((link.url for link in web.links), False)
    said[web.links[0].url] = said[web.links[3].url] = said[web.links[6].url] = said[web.links[8].url] = True
    del said[web.links[5].url]  # not reported is missed
    assert score(web, said) == Score(reported=8, false_dead=1, missed=2, soft_found=1)


def test_the_table_has_medians_a_line_a_tool() -> None:
    none = Score(reported=9, false_dead=0, missed=1, soft_found=2)
    runs = [Run(wall=wall, cpu=1.0, memory=50.0, score=none) for wall in (1.0, 9.0, 3.0)]
    *_, line = table(small(["ok", "soft", "nf"]), {"aiohttp": runs})
    assert line == "| aiohttp | 9 | 3 | 3.0 | 1.0 | 50 | 0 | 1 | 2 |"


@pytest.mark.parametrize(
    ("tool", "output"),
    [
        ("linkinator", '{"links": [{"url": "ALIVE", "state": "OK"}, {"url": "DEAD", "state": "BROKEN"}], "passed": false}'),
        ("blc", "Getting links from: x\n├───OK─── ALIVE\n├─BROKEN─ DEAD (HTTP_404)\nFinished! 2 links found."),
        ("linkchecker", "urlname;parentname;base;result;warning\nDEAD;http://127.0.0.1/;;404 Not Found;\n"),
    ],
)
def test_the_peers_reports_are_understood(tool: str, output: str, tmp_path: Path) -> None:
    web = small(["ok", "nf"])
    alive, dead = (link.url for link in web.links)
    job = Job(web=web, folder=tmp_path)
    job.output.write_text(output.replace("ALIVE", alive).replace("DEAD", dead), "utf-8")
    assert TOOLS[tool].read(job) == {alive: False, dead: True}


def test_every_truth_occurs() -> None:
    assert {kind.truth for kind in KINDS.values()} == set(Truth)
