"""What workers hand in arrives as it was: looks, pages, failures."""

from __future__ import annotations

import base64
import json
import zlib
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from scrapy import Request
from scrapy.http import HtmlResponse

from prospector.checking.failures import Failed
from prospector.checking.observe import Look
from prospector.distributed.board import Job
from prospector.distributed.codec import (
    MOST,
    common_name,
    failure_as_json,
    is_of_use_to_others,
    look_as_json,
    look_of,
    page_as_json,
    response_from,
)
from prospector.items import BodySample, Control, ControlKind, Hop, Observation, Outcome

URL = "http://herbs.test/sage"
SEEN = Observation(
    target_url=URL,
    observed_at=datetime(2026, 11, 20, 12, 0, 0, 5, tzinfo=UTC),
    outcome=Outcome.ANSWERED,
    run_id="the ingest's",
    status=404,
    final_url=URL,
    hops=(Hop(url=URL, status=301, location="/x"),),
    body=BodySample(sha256="ab", size=3, complete=True, headings=("Not found",), shingles=frozenset({3, 1}), html="<h1>\ud800é</h1>"),
    controls=(Control(kind=ControlKind.SIBLING, url=URL + "x", outcome=Outcome.ANSWERED, signs=("a", "b")),),
    headers={"server": "nginx"},
    expected=("sage",),
)


@pytest.mark.parametrize("seen", [SEEN, replace(SEEN, body=None, controls=(), hops=(), headers={}, offline=True)])
def test_a_look_arrives_as_it_was(seen: Observation) -> None:
    sent = json.loads(json.dumps(look_as_json(Look(target_url=URL, observations=(seen, seen)))))
    assert look_of(URL, sent, run_id="the ingest's") == Look(target_url=URL, observations=(seen, seen))


def test_a_page_arrives_as_it_was() -> None:
    page = HtmlResponse(URL, body="<p>Grüße</p>".encode("latin-1"), headers={"ETag": '"1"', "Content-Type": "text/html; charset=latin-1"})
    came = response_from(json.loads(json.dumps(page_as_json(page))), Request(URL))
    assert (came.url, came.status, came.body, came.headers["ETag"], came.flags) == (URL, 200, page.body, b'"1"', [])
    assert isinstance(came, HtmlResponse)


def test_a_failure_arrives_as_it_was() -> None:
    sent = json.loads(json.dumps(failure_as_json(Failed(Outcome.NO_HOST, "no such name"))))
    with pytest.raises(Failed) as failed:
        response_from(sent, Request(URL))
    assert (failed.value.outcome, failed.value.detail) == (Outcome.NO_HOST, "no such name")


def test_a_page_that_unpacks_without_end_is_cut() -> None:
    page = {**page_as_json(HtmlResponse(URL, body=b"<p>")), "body": base64.b64encode(zlib.compress(bytes(3 * MOST))).decode("ascii")}
    assert len(response_from(page, Request(URL)).body) == MOST


def test_campaigns_share_a_look_that_was_after_the_same() -> None:
    job = Job(kind="check", url=URL, told={"anchors": ["sage", "herbs"], "fragments": []})
    same = replace(job, told={"anchors": ["herbs", "sage", "sage"], "fragments": []})
    names = {
        common_name(job, {"obey_robots": True, "user_agent": "one"}),
        common_name(same, {"obey_robots": True, "user_agent": "other"}),
    }
    assert len(names) == 1
    others = [
        replace(job, told={"anchors": ["thyme"], "fragments": []}),
        replace(job, told={**job.told, "fragments": ["x"]}),
        replace(job, url=URL + "x"),
    ]
    assert len(names | {common_name(one, {"obey_robots": True}) for one in others} | {common_name(job, {"obey_robots": False})}) == 5


def test_a_fault_of_our_own_is_of_no_use_to_others() -> None:
    def sent(seen: Observation) -> dict[str, Any]:
        return look_as_json(Look(target_url=URL, observations=(seen,)))

    assert is_of_use_to_others(sent(SEEN))
    assert not is_of_use_to_others(sent(replace(SEEN, offline=True)))
    assert not is_of_use_to_others(sent(replace(SEEN, outcome=Outcome.OUR_ERROR)))
