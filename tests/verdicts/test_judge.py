"""Histories: what many looks come to, and when to look again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prospector.items import (
    BodySample,
    Confidence,
    Control,
    ControlKind,
    Hop,
    Observation,
    Outcome,
    Verdict,
    VerdictKind,
    Via,
)
from prospector.verdicts.evidence import ONE_RESOLVER
from prospector.verdicts.judge import judge
from prospector.verdicts.policy import Passes, Policy
from prospector.verdicts.signs import all_signs
from tests.verdicts.world import DAY, HOUR, LOST, START, answered, failed, page, site, visit

POLICY = Policy()
URL = "https://lake.example/a/page.html"


def gone(at: timedelta) -> Observation:
    return answered(404, at=START + at, html=LOST)


def alive(at: timedelta) -> Observation:
    return answered(200, at=START + at)


def status(code: int, at: timedelta) -> Observation:
    return answered(code, at=START + at)


def verdict(*seen: Observation, policy: Policy = POLICY) -> Verdict:
    return judge(seen, policy, now=max((one.observed_at for one in seen), default=START))


def test_nothing_seen_is_unknown_and_due_now() -> None:
    found = judge([], POLICY, now=START)
    assert (found.kind, found.next_check_at, found.reason) == (VerdictKind.UNKNOWN, START, "Not looked at yet.")


# -- passes -------------------------------------------------------------------------------------------------------------


def test_one_404_is_probable_and_due_when_the_next_would_count() -> None:
    found = verdict(gone(0 * DAY))
    assert (found.kind, found.confidence) == (VerdictKind.GONE, Confidence.PROBABLE)
    assert (found.first_failed_at, found.confirmed_at, found.next_check_at) == (START, None, START + DAY)


def test_two_404s_a_day_apart_are_confirmed() -> None:
    found = verdict(gone(0 * DAY), gone(DAY))
    assert found.confidence is Confidence.CONFIRMED
    assert (found.first_failed_at, found.confirmed_at, found.next_check_at) == (START, START + DAY, START + 8 * DAY)


def test_two_looks_in_one_hour_are_one_pass() -> None:
    assert verdict(gone(0 * DAY), gone(HOUR)).confidence is Confidence.PROBABLE
    assert verdict(gone(0 * DAY), gone(HOUR), gone(25 * HOUR)).confidence is Confidence.CONFIRMED


def test_confirmation_keeps_its_date() -> None:
    assert verdict(gone(0 * DAY), gone(DAY), gone(8 * DAY)).confirmed_at == START + DAY


def test_kinds_of_missing_pages_add_up() -> None:
    soft = replace(visit(site(other=(200, LOST)), URL), observed_at=START)
    found = verdict(soft, gone(DAY))
    assert (found.kind, found.confidence) == (VerdictKind.GONE, Confidence.CONFIRMED)


def test_a_dead_name_needs_three_passes_over_three_days() -> None:
    looks = [failed(Outcome.NO_HOST, at=START + n * DAY) for n in range(4)]
    assert verdict(*looks[:3]).confidence is Confidence.PROBABLE
    assert verdict(*looks[:3]).next_check_at == START + 3 * DAY
    assert verdict(*looks).confidence is Confidence.CONFIRMED


def test_a_name_that_one_resolver_alone_denies_stays_probable() -> None:
    looks = [failed(Outcome.NO_HOST, at=START + n * DAY, detail=f"NXDOMAIN; {ONE_RESOLVER}") for n in range(9)]
    assert verdict(*looks).confidence is Confidence.PROBABLE


def test_refusal_needs_a_week_and_both_http_and_https() -> None:
    looks = [failed(Outcome.REFUSED, at=START + n * DAY) for n in (0, 2, 7)]
    assert verdict(*looks).confidence is Confidence.PROBABLE
    plain = failed(Outcome.REFUSED, at=START + 2 * DAY + HOUR, url="http://lake.example/a/page.html")
    assert verdict(*looks[:2], plain).confidence is Confidence.PROBABLE
    assert verdict(*looks, plain).confidence is Confidence.CONFIRMED


def test_failures_of_other_kinds_do_not_confirm_a_dead_name() -> None:
    looks = [gone(0 * DAY), gone(DAY), failed(Outcome.NO_HOST, at=START + 4 * DAY)]
    found = verdict(*looks)
    assert (found.kind, found.confidence) == (VerdictKind.DNS, Confidence.PROBABLE)


def test_a_hijacked_page_waits_for_a_person() -> None:
    casino = page("Slot gacor, togel and situs judi")
    looks = [
        replace(visit(site({"/a/page.html": (200, casino)}), URL, anchors=["Herb spirals"]), observed_at=START + n * 7 * DAY)
        for n in range(5)
    ]
    found = verdict(*looks)
    assert (found.kind, found.confidence) == (VerdictKind.HIJACKED, Confidence.PROBABLE)
    found = verdict(*looks, answered(410, at=START + 40 * DAY, via=Via.PERSON))
    assert (found.kind, found.confidence, found.confirmed_at) == (VerdictKind.HIJACKED, Confidence.CONFIRMED, START + 40 * DAY)


def test_a_campaign_may_want_seconds() -> None:
    quick = Policy(gone=Passes(passes=2, gap=timedelta(seconds=2)))
    assert verdict(gone(0 * DAY), gone(timedelta(seconds=2)), policy=quick).confidence is Confidence.CONFIRMED


# -- clock tests --------------------------------------------------------------------------------------------------------


def test_a_target_that_flaps_is_never_confirmed() -> None:
    looks = [look(n * 12 * HOUR) for n in range(20) for look in ((gone if n % 2 else alive),)]
    for end in range(1, len(looks) + 1):
        found = verdict(*looks[:end])
        assert found.confidence is not Confidence.CONFIRMED
        assert found.kind in (VerdictKind.ALIVE, VerdictKind.GONE)


def test_a_target_that_dies_ends_confirmed() -> None:
    looks = [alive(0 * DAY), alive(30 * DAY), status(503, 60 * DAY), gone(61 * DAY), gone(62 * DAY)]
    kinds = [(verdict(*looks[:end]).kind, verdict(*looks[:end]).confidence) for end in range(1, 6)]
    assert kinds == [
        (VerdictKind.ALIVE, None),
        (VerdictKind.ALIVE, None),
        (VerdictKind.TRANSIENT, None),
        (VerdictKind.GONE, Confidence.PROBABLE),
        (VerdictKind.GONE, Confidence.CONFIRMED),
    ]


def test_a_target_that_comes_back_is_alive_and_its_failures_are_forgotten() -> None:
    looks = [gone(0 * DAY), gone(DAY), alive(8 * DAY)]
    assert verdict(*looks).kind is VerdictKind.ALIVE
    again = verdict(*looks, gone(9 * DAY))
    assert (again.confidence, again.first_failed_at) == (Confidence.PROBABLE, START + 9 * DAY)


def test_our_own_outage_makes_nothing_dead() -> None:
    looks = [failed(Outcome.NO_HOST, at=START + n * DAY, offline=True) for n in range(9)]
    found = verdict(*looks)
    assert (found.kind, found.rules) == (VerdictKind.UNKNOWN, ("offline",))
    assert found.next_check_at == looks[-1].observed_at + POLICY.offline
    assert verdict(alive(0 * DAY), *[replace(one, observed_at=one.observed_at + DAY) for one in looks]).kind is VerdictKind.ALIVE


def test_answers_count_even_when_we_thought_ourselves_offline() -> None:
    assert verdict(replace(alive(0 * DAY), offline=True)).kind is VerdictKind.ALIVE


# -- looks that say nothing ---------------------------------------------------------------------------------------------


def test_an_unclear_look_neither_counts_nor_resets() -> None:
    assert verdict(gone(0 * DAY), status(403, DAY)).kind is VerdictKind.BLOCKED
    assert verdict(gone(0 * DAY), status(403, DAY), gone(2 * DAY)).confidence is Confidence.CONFIRMED


def test_a_confirmed_death_outlives_unclear_looks_for_a_while() -> None:
    dead = [gone(0 * DAY), gone(DAY)]
    stands = verdict(*dead, status(503, 8 * DAY))
    assert (stands.kind, stands.confidence) == (VerdictKind.GONE, Confidence.CONFIRMED)
    assert stands.next_check_at == START + 8 * DAY + POLICY.transient
    assert verdict(*dead, status(503, 8 * DAY), status(403, 40 * DAY)).kind is VerdictKind.BLOCKED


def test_outages_are_looked_at_again_ever_later_but_within_days() -> None:
    looks = [status(503, n * DAY) for n in range(12)]
    gaps = [verdict(*looks[: n + 1]).next_check_at - looks[n].observed_at for n in range(12)]  # type: ignore[operator]
    assert gaps[:3] == [4 * HOUR, 8 * HOUR, 16 * HOUR]
    assert gaps == sorted(gaps)
    assert gaps[-1] == 3 * DAY


def test_nothing_is_due_in_the_past() -> None:
    late = START + 400 * DAY
    for seen in ([gone(0 * DAY)], [alive(0 * DAY)], [status(503, 0 * DAY)], [status(403, 0 * DAY)], [gone(0 * DAY), gone(DAY)]):
        assert judge(seen, POLICY, now=late).next_check_at == late


# -- people, archives, registries ---------------------------------------------------------------------------------------


def test_a_persons_alive_mark_wins_until_the_next_mark() -> None:
    mark = answered(200, at=START + DAY, via=Via.PERSON)
    assert verdict(gone(0 * DAY), mark, gone(2 * DAY), gone(4 * DAY)).kind is VerdictKind.ALIVE
    taken_back = verdict(gone(0 * DAY), mark, gone(2 * DAY), answered(410, at=START + 3 * DAY, via=Via.PERSON))
    assert (taken_back.kind, taken_back.confidence) == (VerdictKind.GONE, Confidence.CONFIRMED)


def test_a_persons_dead_mark_is_one_pass_and_one_alive_answer_resets_it() -> None:
    mark = answered(410, at=START + HOUR, via=Via.PERSON)
    assert verdict(mark).confidence is Confidence.PROBABLE
    assert verdict(gone(0 * DAY), mark).confidence is Confidence.CONFIRMED
    assert verdict(mark, alive(DAY)).kind is VerdictKind.ALIVE


def archived(code: int, at: timedelta) -> Observation:
    return answered(code, at=START + at, via=Via.ARCHIVE)


def test_old_captures_that_were_missing_confirm_a_404_on_the_first_day() -> None:
    found = verdict(archived(404, -90 * DAY), archived(404, -40 * DAY), gone(0 * DAY))
    assert (found.confidence, found.first_failed_at) == (Confidence.CONFIRMED, START - 90 * DAY)


@pytest.mark.parametrize(
    "records",
    [
        [archived(404, -90 * DAY)],
        [archived(404, -40 * DAY), archived(404, -30 * DAY)],
        [archived(404, -90 * DAY), archived(404, -40 * DAY), archived(200, -10 * DAY)],
        [archived(503, -90 * DAY), archived(503, -40 * DAY)],
    ],
)
def test_captures_that_are_few_close_or_contradicted_confirm_nothing(records: list[Observation]) -> None:
    assert verdict(*records, gone(0 * DAY)).confidence is Confidence.PROBABLE


def test_records_without_a_look_of_ours_are_no_verdict() -> None:
    assert verdict(archived(404, -90 * DAY), archived(404, -40 * DAY)).kind is VerdictKind.UNKNOWN


def test_a_capture_alive_after_our_look_asks_for_another() -> None:
    assert verdict(gone(0 * DAY), archived(200, DAY)).rules == ("archive-alive",)


def test_a_registry_without_the_name_is_one_pass() -> None:
    record = replace(failed(Outcome.NO_HOST, at=START + HOUR), via=Via.RDAP)
    looks = [failed(Outcome.NO_HOST, at=START), record]
    assert verdict(*looks).confidence is Confidence.PROBABLE
    assert verdict(*looks, failed(Outcome.NO_HOST, at=START + 3 * DAY)).confidence is Confidence.CONFIRMED


# -- any history at all -------------------------------------------------------------------------------------------------

SIGNS = [sign.id for sign in all_signs()]
URLS = st.sampled_from(
    [URL, "https://lake.example/", "http://lake.example/a/", "https://other.example/x", "http://[bad/", "", "https://lake.example/?p=1"]
)
STATUSES = st.one_of(st.none(), st.integers(0, 1000), st.sampled_from([200, 301, 404, 410, 403, 503]))
WORDS = st.one_of(st.none(), st.booleans())
BODIES = st.builds(
    BodySample,
    sha256=st.sampled_from(["", "1", "2"]),
    size=st.integers(0, 9000),
    complete=st.booleans(),
    content_type=st.sampled_from(["", "text/html", "application/pdf"]),
    title=st.text(max_size=20),
    headings=st.tuples(st.text(max_size=20)),
    refresh=URLS,
    text_length=st.integers(0, 2000),
    words_present=WORDS,
    signs=st.lists(st.sampled_from([*SIGNS, "unheard-of"]), max_size=3).map(tuple),
)
CONTROLS = st.builds(
    Control,
    kind=st.sampled_from(ControlKind),
    url=URLS,
    outcome=st.sampled_from([Outcome.ANSWERED, Outcome.TIMED_OUT]),
    status=STATUSES,
    final_url=URLS,
    sha256=st.sampled_from(["", "1"]),
    similarity=st.one_of(st.none(), st.floats(0, 1)),
    words_present=WORDS,
    signs=st.lists(st.sampled_from(SIGNS), max_size=2).map(tuple),
)
OBSERVATIONS = st.builds(
    Observation,
    target_url=URLS,
    observed_at=st.integers(-5000, 5000).map(lambda hours: START + hours * HOUR),
    outcome=st.one_of(st.just(Outcome.ANSWERED), st.sampled_from(Outcome)),
    via=st.one_of(st.just(Via.HTTP), st.sampled_from(Via)),
    status=STATUSES,
    final_url=URLS,
    hops=st.lists(st.builds(Hop, url=URLS, status=st.sampled_from([301, 302]), location=URLS), max_size=2).map(tuple),
    body=st.one_of(st.none(), BODIES),
    controls=st.lists(CONTROLS, max_size=3).map(tuple),
    detail=st.sampled_from(["", ONE_RESOLVER]),
    offline=st.booleans(),
    certificate=st.sampled_from(["", "expired"]),
)
HISTORIES = st.lists(OBSERVATIONS, max_size=6)
NOW = START + 6000 * HOUR


@settings(max_examples=300, deadline=None)
@given(HISTORIES)
def test_any_history_gets_a_whole_verdict(seen: list[Observation]) -> None:
    found = judge(seen, POLICY, now=NOW)
    assert found.reason.endswith(".")
    assert found.next_check_at is not None
    assert found.next_check_at >= NOW
    assert (found.confidence is not None) == found.kind.dead
    assert (found.first_failed_at is not None) == found.kind.dead
    assert (found.confirmed_at is not None) == (found.confidence is Confidence.CONFIRMED)


@settings(max_examples=150, deadline=None)
@given(HISTORIES, st.randoms(use_true_random=False))
def test_the_order_in_which_observations_arrive_does_not_matter(seen: list[Observation], rng: Random) -> None:
    shuffled = list(seen)
    rng.shuffle(shuffled)
    assert judge(shuffled, POLICY, now=NOW) == judge(seen, POLICY, now=NOW)


@settings(max_examples=150, deadline=None)
@given(HISTORIES)
def test_an_alive_answer_last_makes_it_alive(seen: list[Observation]) -> None:
    assert judge([*seen, answered(200, at=NOW)], POLICY, now=NOW).kind is VerdictKind.ALIVE


@settings(max_examples=150, deadline=None)
@given(HISTORIES, st.lists(st.sampled_from([403, 429, 503, 500, 400]), min_size=1, max_size=4))
def test_unclear_looks_alone_never_make_a_death(seen: list[Observation], codes: list[int]) -> None:
    before = judge(seen, POLICY, now=NOW)
    after = judge([*seen, *(answered(code, at=NOW + n * HOUR, html="") for n, code in enumerate(codes))], POLICY, now=NOW + 9 * HOUR)
    if after.kind.dead:
        assert (after.kind, after.confidence) == (before.kind, Confidence.CONFIRMED)


def test_a_port_of_its_own_has_no_twin_to_try() -> None:
    """http and https are each other's twin on ports 80 and 443 alone: nothing more can be asked of port 8080."""
    url = "http://old.example.org:8080/moon.html"
    days = (0, 1, 8)
    seen = [Observation(target_url=url, final_url=url, observed_at=NOW + timedelta(days=day), outcome=Outcome.REFUSED) for day in days]
    found = judge(seen, Policy(), now=NOW + timedelta(days=8))
    assert (found.kind, found.confidence) == (VerdictKind.REFUSED, Confidence.CONFIRMED)
