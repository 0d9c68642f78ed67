"""One target → one Look: ask for it, read what came, and take a closer look at what looks dead but says 200."""

from __future__ import annotations

import hashlib
import logging
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol
from urllib.parse import urlsplit, urlunsplit

from prospector.checking.controls import Controls
from prospector.checking.failures import Failed
from prospector.checking.network import Answer
from prospector.items import BodySample, Hop, Observation, Outcome
from prospector.links.charset import decode
from prospector.verdicts.reading import read_body
from prospector.verdicts.suspects import expected_words, suspicion

logger = logging.getLogger(__name__)

CHECK_MAXSIZE = 256 * 1024  # bytes of a body that a verdict may need
BINARY_PEEK = 4 * 1024  # bytes read of what is no text, to see that content flows
# Headers that tell a wall, an outage or a moved page from a dead one; the rest is noise in the evidence.
TELLING_HEADERS = (
    "server", "content-type", "content-length", "retry-after", "cf-mitigated", "x-robots-tag", "www-authenticate", "via", "x-cache",
    "x-amz-cf-id", "x-amzn-waf-action", "x-datadome", "x-sucuri-block", "x-sucuri-id", "x-vercel-mitigated", "link",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A target to be asked for, and the anchor texts that lead to it."""

    url: str
    anchors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What came of looking at a target once: an observation, or two where neither http nor https let us in."""

    target_url: str
    observations: tuple[Observation, ...]  # never empty


class Gets(Protocol):
    """The network, or a browser that stands on it."""

    async def get(self, url: str, *, limit: int, binary_limit: int | None = None) -> Answer: ...


class Observer:
    """Looks at targets. now: the clock, UTC; rng: makes up the addresses that can't exist."""

    def __init__(self, network: Gets, *, run_id: str, now: Callable[[], datetime], rng: random.Random) -> None:
        self._network = network
        self._run_id = run_id
        self._now = now
        self._controls = Controls(self._get, lambda answer: _sample(answer, (), close=True), rng)

    async def observe(self, wanted: Wanted) -> Look:
        """Look once. Whatever the other side does, an observation comes of it."""
        expected = expected_words(wanted.url, wanted.anchors)
        seen = await self._attempt(wanted.url, wanted.url, expected)
        if seen.outcome is not Outcome.REFUSED or seen.offline or not (twin := _by_other_scheme(seen)):
            return Look(target_url=wanted.url, observations=(seen,))
        other = await self._attempt(wanted.url, twin, expected, hops=seen.hops)
        if other.outcome is Outcome.ANSWERED:
            return Look(target_url=wanted.url, observations=(other,))
        # what was linked has the last word
        later = max(self._now(), other.observed_at + timedelta(microseconds=1))
        return Look(target_url=wanted.url, observations=(other, replace(seen, observed_at=later)))

    async def _attempt(self, target: str, url: str, expected: tuple[str, ...], *, hops: tuple[Hop, ...] = ()) -> Observation:
        """Ask for the target at `url`, its own or one that stands in for it after `hops`."""
        try:
            return await self._see(target, url, expected, hops)
        except Failed as failed:
            return self._failure(target, url, failed, expected, hops)
        except Exception as error:
            # A page that our own code trips over must cost itself only
            logger.exception("Could not read %s", url)
            ours = Failed(Outcome.OUR_ERROR, f"we could not read the answer: {error!r}"[:300])
            return self._failure(target, url, ours, expected, hops)

    async def _see(self, target: str, url: str, expected: tuple[str, ...], hops: tuple[Hop, ...]) -> Observation:
        answer = await self._get(url)
        seen = self._seen(target, answer, expected, hops)
        if not suspicion(seen):
            return seen
        close = _sample(answer, expected, close=True)
        seen = replace(seen, body=close)
        return replace(seen, controls=await self._controls.of(url, seen, expected))

    async def _get(self, url: str) -> Answer:
        return await self._network.get(url, limit=CHECK_MAXSIZE, binary_limit=BINARY_PEEK)

    def _failure(self, target: str, url: str, failed: Failed, expected: Sequence[str], hops: tuple[Hop, ...]) -> Observation:
        return Observation(
            target_url=target,
            observed_at=self._now(),
            outcome=failed.outcome,
            run_id=self._run_id,
            final_url=failed.url or url,
            hops=hops + failed.hops,
            elapsed_ms=failed.elapsed_ms,
            detail=failed.detail,
            offline=failed.ours,
            expected=tuple(expected),
        )

    def _seen(self, target: str, answer: Answer, expected: Sequence[str], hops: tuple[Hop, ...]) -> Observation:
        return Observation(
            target_url=target,
            observed_at=self._now(),
            outcome=Outcome.ANSWERED,
            run_id=self._run_id,
            status=answer.status,
            final_url=answer.url,
            hops=hops + answer.hops,
            elapsed_ms=answer.elapsed_ms,
            body=_sample(answer, expected),
            address=answer.address,
            certificate=answer.certificate,
            headers={name: answer.headers[name][:500] for name in TELLING_HEADERS if name in answer.headers},
            expected=tuple(expected),
        )


def _by_other_scheme(refused: Observation) -> str:
    """The refused URL with https for http, or the other way round; "" where that was tried, or a port says that there is none."""
    parts = urlsplit(refused.final_url)
    if parts.port not in {None, 80, 443}:
        return ""
    scheme = "https" if parts.scheme == "http" else "http"
    twin = urlunsplit(parts._replace(scheme=scheme, netloc=parts.netloc.removesuffix(":80").removesuffix(":443")))
    return "" if twin == refused.target_url or any(hop.url == twin for hop in refused.hops) else twin


def _sample(answer: Answer, expected: Sequence[str], *, close: bool = False) -> BodySample:
    kind = answer.content_type
    html = decode(answer.body, answer.headers.get("content-type", "")) if _may_be_html(kind, answer.body) else ""
    return read_body(
        html,
        url=answer.url,
        content_type=kind,
        sha256=hashlib.sha256(answer.body).hexdigest(),
        size=len(answer.body),
        complete=answer.complete,
        expected=expected,
        close=close,
        status=answer.status,
    )


def _may_be_html(content_type: str, body: bytes) -> bool:
    """By its type; without one, or as plain text, by its first bytes (https://mimesniff.spec.whatwg.org/, 7.1)."""
    if content_type in {"text/html", "application/xhtml+xml"}:
        return True
    return content_type in {"", "text/plain", "application/octet-stream", "application/xml", "text/xml"} and b"<" in body[:512]
