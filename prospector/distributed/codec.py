"""Looks, answers and failures as JSON: nothing that comes from Redis is ever unpickled."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
import zlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from scrapy import Request
from scrapy.http import Response

from prospector.checking.failures import Failed
from prospector.checking.handler import response_of
from prospector.checking.network import Answer
from prospector.checking.observe import Look
from prospector.distributed.board import Job
from prospector.items import BodySample, Control, ControlKind, Hop, Observation, Outcome, Via

MOST = 32 * 1024 * 1024  # bytes of an unpacked page; DOWNLOAD_MAXSIZE is far below


def look_as_json(look: Look) -> dict[str, Any]:
    return {"observations": [_observation_as_json(seen) for seen in look.observations]}


def common_name(job: Job, manners: Mapping[str, Any]) -> str:
    """Under which campaigns share a look: it depends on the words and places that were looked for, and on whether robots.txt is obeyed."""
    asked = [job.url, *(sorted(set(job.told[what])) for what in ("anchors", "fragments")), manners["obey_robots"]]
    return hashlib.sha256(json.dumps(asked).encode()).hexdigest()


def is_of_use_to_others(found: Mapping[str, Any]) -> bool:
    """Not what was this machine's own fault."""
    return not any(seen["offline"] or seen["outcome"] == Outcome.OUR_ERROR for seen in found["observations"])


def look_of(url: str, found: Mapping[str, Any], *, run_id: str) -> Look:
    """:param run_id: the run that keeps it."""
    return Look(target_url=url, observations=tuple(_observation_of(one, url, run_id) for one in found["observations"]))


def _observation_as_json(seen: Observation) -> dict[str, Any]:
    values = {field.name: getattr(seen, field.name) for field in dataclasses.fields(seen) if field.name not in {"target_url", "run_id"}}
    values["observed_at"] = seen.observed_at.isoformat()
    values["hops"] = [dataclasses.asdict(hop) for hop in seen.hops]
    values["headers"] = dict(seen.headers)
    values["controls"] = [dataclasses.asdict(control) for control in seen.controls]
    if seen.body is not None:
        shingles = None if seen.body.shingles is None else sorted(seen.body.shingles)
        values["body"] = {**dataclasses.asdict(seen.body), "shingles": shingles}
    return values


def _observation_of(found: Mapping[str, Any], url: str, run_id: str) -> Observation:
    values = _tuples(found)
    body = values.pop("body")
    if body is not None:
        sample = _tuples(body)
        shingles = sample.pop("shingles")
        body = BodySample(**sample, shingles=None if shingles is None else frozenset(shingles))
    return Observation(
        target_url=url,
        run_id=run_id,
        observed_at=datetime.fromisoformat(values.pop("observed_at")),
        outcome=Outcome(values.pop("outcome")),
        via=Via(values.pop("via")),
        hops=tuple(Hop(**hop) for hop in values.pop("hops")),
        controls=tuple(map(_control_of, values.pop("controls"))),
        body=body,
        **values,
    )


def _control_of(found: Mapping[str, Any]) -> Control:
    values = _tuples(found)
    return Control(kind=ControlKind(values.pop("kind")), outcome=Outcome(values.pop("outcome")), **values)


def _tuples(found: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in found.items()}


def page_as_json(response: Response) -> dict[str, Any]:
    headers = {name.decode("latin-1").lower(): b",".join(values).decode("latin-1") for name, values in response.headers.items()}
    return {
        "url": response.url,
        "status": response.status,
        "headers": headers,
        "body": base64.b64encode(zlib.compress(response.body, 4)).decode("ascii"),
        "complete": "truncated" not in response.flags,
    }


def failure_as_json(error: BaseException) -> dict[str, Any]:
    """What came instead of a page."""
    if isinstance(error, Failed):
        return {"failed": error.outcome, "detail": error.detail}
    return {"failed": Outcome.OUR_ERROR, "detail": f"{type(error).__name__}: {error}"[:300]}


def response_from(found: Mapping[str, Any], request: Request) -> Response:
    """The page as if it had been fetched here. Raises Failed when it could not be."""
    if "failed" in found:
        raise Failed(Outcome(found["failed"]), found["detail"])
    body = zlib.decompressobj().decompress(base64.b64decode(found["body"]), MOST)
    answer = Answer(url=found["url"], status=found["status"], headers=found["headers"], body=body, complete=found["complete"])
    return response_of(answer, request)
