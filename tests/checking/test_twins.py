"""A refused target is asked for by the other scheme too: only both together are a refusal."""

import random
from collections.abc import Callable

import pytest

from prospector.checking.observe import Look, Observer, Wanted, _by_other_scheme
from prospector.items import Hop, Observation, Outcome, VerdictKind
from prospector.verdicts.judge import judge
from prospector.verdicts.policy import Policy
from tests.checking.conftest import NOW, MakeNetwork
from tests.misbehaving_site import MisbehavingSite

HOST = "robots-allows.test"
REFUSED, ANSWERED = Outcome.REFUSED, Outcome.ANSWERED

Ask = Callable[..., Observer]


@pytest.fixture
def ask(make_network: MakeNetwork) -> Ask:
    """An observer for whom port 80 and 443 of every host are at these real ports."""

    def make(*, http: int, https: int, **settings: object) -> Observer:
        network = make_network(ports={80: http, 443: https}, **settings)
        return Observer(network, run_id="run", now=lambda: NOW, rng=random.Random(7))

    return make


def tls_port(site: MisbehavingSite, problem: str) -> int:
    return int(site.tls_url(problem).split(":")[2].partition("/")[0])


def kind(look: Look) -> VerdictKind:
    return judge(look.observations, Policy(), now=NOW).kind


async def test_a_page_that_answers_by_https_only_is_alive(site: MisbehavingSite, ask: Ask) -> None:
    look = await ask(http=site.closed_port(), https=tls_port(site, "good")).observe(Wanted(url=f"http://{HOST}/ok"))
    (seen,) = look.observations
    assert (seen.outcome, seen.status, seen.target_url, seen.final_url) == (ANSWERED, 200, f"http://{HOST}/ok", f"https://{HOST}/ok")
    verdict = judge(look.observations, Policy(), now=NOW)
    assert verdict.kind is VerdictKind.ALIVE
    assert "only by https" in verdict.reason


async def test_a_page_that_answers_by_http_only_is_alive(site: MisbehavingSite, ask: Ask) -> None:
    look = await ask(http=site.port, https=site.closed_port()).observe(Wanted(url=f"https://{HOST}/ok"))
    (seen,) = look.observations
    assert (seen.status, seen.final_url) == (200, f"http://{HOST}/ok")


async def test_a_page_missing_on_the_scheme_that_answers_is_gone(site: MisbehavingSite, ask: Ask) -> None:
    look = await ask(http=site.port, https=site.closed_port()).observe(Wanted(url=f"https://{HOST}/no-such-page"))
    assert kind(look) is VerdictKind.GONE


async def test_when_both_refuse_both_attempts_are_kept_the_linked_one_last(site: MisbehavingSite, ask: Ask) -> None:
    look = await ask(http=site.closed_port(), https=site.closed_port()).observe(Wanted(url=f"http://{HOST}/ok"))
    assert look.target_url == f"http://{HOST}/ok"
    assert [(seen.outcome, seen.final_url) for seen in look.observations] == [
        (REFUSED, f"https://{HOST}/ok"),
        (REFUSED, f"http://{HOST}/ok"),
    ]
    assert {seen.target_url for seen in look.observations} == {look.target_url}
    assert look.observations[0].observed_at < look.observations[1].observed_at
    assert kind(look) is VerdictKind.REFUSED


@pytest.mark.parametrize(("problem", "other"), [("stalls", {Outcome.TIMED_OUT}), ("no-tls", {Outcome.TLS_FAILED})])
async def test_when_the_other_scheme_fails_in_another_way_the_refusal_has_the_last_word(
    site: MisbehavingSite, ask: Ask, problem: str, other: set[Outcome]
) -> None:
    look = await ask(http=site.closed_port(), https=tls_port(site, problem)).observe(Wanted(url=f"http://{HOST}/ok"))
    assert [seen.outcome for seen in look.observations][1] is REFUSED
    assert look.observations[0].outcome in other
    assert kind(look) is VerdictKind.REFUSED


async def test_a_redirect_to_a_refused_scheme_is_followed_on_the_other_one(site: MisbehavingSite, ask: Ask) -> None:
    site.serves("/moved", status=301, headers={"Location": f"https://{HOST}/ok"}, host="old.test")
    look = await ask(http=site.port, https=site.closed_port()).observe(Wanted(url="http://old.test/moved"))
    (seen,) = look.observations
    assert (seen.status, seen.final_url) == (200, f"http://{HOST}/ok")
    assert [hop.url for hop in seen.hops] == ["http://old.test/moved"]


async def test_a_redirect_from_the_scheme_that_answers_to_the_one_that_refuses_is_not_asked_in_a_circle(
    site: MisbehavingSite, ask: Ask
) -> None:
    site.serves("/ok", status=301, headers={"Location": f"https://{HOST}/ok"}, host=HOST)
    look = await ask(http=site.port, https=site.closed_port()).observe(Wanted(url=f"http://{HOST}/ok"))
    (seen,) = look.observations
    assert (seen.outcome, seen.final_url, len(seen.hops)) == (REFUSED, f"https://{HOST}/ok", 1)


async def test_robots_of_the_other_scheme_are_obeyed(site: MisbehavingSite, ask: Ask) -> None:
    look = await ask(http=site.port, https=site.closed_port(), obey_robots=True).observe(Wanted(url=f"https://{HOST}/private/x"))
    assert [seen.outcome for seen in look.observations] == [Outcome.FORBIDDEN_BY_ROBOTS, REFUSED]
    assert [hit.path for hit in site.hits(host=HOST)] == ["/robots.txt"]


async def test_a_suspect_on_the_other_scheme_is_measured_there(site: MisbehavingSite, ask: Ask) -> None:
    site.serves("/guide/beans", body="<title>Page not found</title><h1>Page not found</h1>", host=HOST)
    look = await ask(http=site.port, https=site.closed_port()).observe(Wanted(url=f"https://{HOST}/guide/beans"))
    (seen,) = look.observations
    assert {control.outcome for control in seen.controls} == {ANSWERED}
    assert all(control.url.startswith(f"http://{HOST}/") for control in seen.controls)


@pytest.mark.parametrize(
    ("url", "twin"),
    [
        ("http://a.test/x?y=1", "https://a.test/x?y=1"),
        ("https://a.test/", "http://a.test/"),
        ("http://a.test:443/x", "https://a.test/x"),
        ("https://a.test:80/x", "http://a.test/x"),
        ("https://[2001:db8::80]/x", "http://[2001:db8::80]/x"),
        ("http://a.test:8080/x", ""),
        ("https://[2001:db8::1]:8443/x", ""),
    ],
)
def test_only_the_usual_ports_have_a_twin(url: str, twin: str) -> None:
    assert _by_other_scheme(Observation(target_url=url, observed_at=NOW, outcome=REFUSED, final_url=url)) == twin


def test_what_was_tried_already_is_no_twin() -> None:
    hop = Hop(url="http://a.test/", status=301, location="https://a.test/")
    refused = Observation(target_url="http://b.test/", observed_at=NOW, outcome=REFUSED, final_url="https://a.test/", hops=(hop,))
    assert _by_other_scheme(refused) == ""


@pytest.mark.parametrize("path", ["/stall", "/garbage", "/truncated", "/no-such-page"])
async def test_other_failures_are_asked_for_once(site: MisbehavingSite, ask: Ask, path: str) -> None:
    look = await ask(http=site.port, https=tls_port(site, "good")).observe(Wanted(url=f"http://{HOST}{path}"))
    assert len(look.observations) == 1
    assert all(not hit.secure for hit in site.hits(path))
