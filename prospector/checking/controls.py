"""What a host says to addresses that can't exist, and to its root: the measure for its suspects, at most three requests a host and run.

Asked one at a time, and only while the answer could still show that a suspect is dead. Siblings are kept by shape (folder, extension, kinds of
characters), because a host may answer each shape by another program. When a host's three are spent, those of other shapes stand in; the judge
sees by their addresses that they do.
"""

from __future__ import annotations

import asyncio
import random
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from prospector.checking.failures import Failed
from prospector.checking.network import Answer
from prospector.items import BodySample, Control, ControlKind, Observation, Outcome
from prospector.verdicts.addresses import shape
from prospector.verdicts.reading import read_body
from prospector.verdicts.suspects import siblings, similarity, wanted_next

MOST_REQUESTS = 3  # for a host's controls in a run
REMEMBERED_HOSTS = 2_000

Get = Callable[[str], Awaitable[Answer]]  # raises Failed
Sample = Callable[[Answer], BodySample]  # with shingles and markup


@dataclass(frozen=True, slots=True)
class Sighted:
    """A control as fetched, to be held against each suspect of its host."""

    control: Control
    sample: BodySample | None
    final_url: str

    def against(self, suspect: BodySample, expected: Sequence[str]) -> Control:
        if self.sample is None:
            return self.control
        alike = 1.0 if self.sample.sha256 == suspect.sha256 else None
        if alike is None and suspect.shingles is not None and self.sample.shingles is not None:
            alike = similarity(suspect.shingles, self.sample.shingles)
        present = None
        if expected and self.sample.html is not None:
            present = read_body(
                self.sample.html,
                url=self.final_url,
                content_type=self.sample.content_type,
                sha256=self.sample.sha256,
                size=self.sample.size,
                complete=self.sample.complete,
                expected=expected,
            ).words_present
        return replace(self.control, similarity=alike, words_present=present)


@dataclass(slots=True)
class _Shape:
    """Two made-up addresses, and what came of those that were asked for."""

    made_up: tuple[str, str]
    sighted: list[Sighted] = field(default_factory=list)


@dataclass(slots=True)
class _Host:
    spent: int = 0
    roots: dict[str, Sighted] = field(default_factory=dict)  # by origin
    shapes: dict[tuple[str, ...], _Shape] = field(default_factory=dict)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Controls:
    """Of all hosts. rng: makes up the addresses."""

    def __init__(self, get: Get, sample: Sample, rng: random.Random) -> None:
        self._get = get
        self._sample = sample
        self._rng = rng
        self._hosts: OrderedDict[str, _Host] = OrderedDict()

    async def of(self, url: str, seen: Observation, expected: Sequence[str]) -> tuple[Control, ...]:
        """The controls of a suspect that was asked for at `url`, in the order in which they were held against it."""
        assert seen.body is not None
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        host = self._hosts.setdefault(parts.hostname or "", _Host())
        self._hosts.move_to_end(parts.hostname or "")
        if len(self._hosts) > REMEMBERED_HOSTS:
            self._hosts.popitem(last=False)
        found: tuple[Control, ...] = ()
        async with host.lock:  # two suspects at a time would spend more than three
            own = host.shapes.setdefault((origin, *shape(url)), _Shape(siblings(url, self._rng)))
            while kind := wanted_next(replace(seen, controls=found)):
                number = sum(control.kind is ControlKind.SIBLING for control in found)
                sighted = await (self._root(host, origin) if kind is ControlKind.ROOT else self._sibling(host, own, number))
                if sighted is None:
                    break
                found += (sighted.against(seen.body, expected),)
        return found

    async def _root(self, host: _Host, origin: str) -> Sighted | None:
        if origin not in host.roots and host.spent < MOST_REQUESTS:
            host.roots[origin] = await self._ask(host, ControlKind.ROOT, f"{origin}/")
        return host.roots.get(origin)

    async def _sibling(self, host: _Host, own: _Shape, number: int) -> Sighted | None:
        if number == len(own.sighted) and host.spent < MOST_REQUESTS:
            own.sighted.append(await self._ask(host, ControlKind.SIBLING, own.made_up[number]))
        if number < len(own.sighted):
            return own.sighted[number]
        others = [] if own.sighted else [sighted for one in host.shapes.values() for sighted in one.sighted]
        return others[number] if number < len(others) else None

    async def _ask(self, host: _Host, kind: ControlKind, url: str) -> Sighted:
        host.spent += 1
        try:
            answer = await self._get(url)
        except Failed as failed:
            return Sighted(Control(kind=kind, url=url, outcome=failed.outcome, final_url=failed.url), None, "")
        sample = self._sample(answer)
        control = Control(
            kind=kind,
            url=url,
            outcome=Outcome.ANSWERED,
            status=answer.status,
            final_url=answer.url,
            title=sample.title,
            sha256=sample.sha256,
            signs=sample.signs,
        )
        return Sighted(control, sample, answer.url)
