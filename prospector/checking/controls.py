"""What a host says to addresses that can't exist, and to its root: the measure for its suspects, at most three requests a host and run.

Asked one at a time, and only while the answer could still show that a suspect is dead. Siblings are kept by shape (folder, extension, kinds of
characters), because a host may answer each shape by another program. When a host's two are spent, those of other shapes stand in; the judge
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
from prospector.verdicts.looks import GONE_STATUSES
from prospector.verdicts.reading import read_body
from prospector.verdicts.shingles import ALIKE
from prospector.verdicts.suspects import is_faint, siblings, similarity, wanted_next

MOST_SIBLINGS = 2  # asked for on a host in a run; with the root three requests
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
    asked: int = 0  # siblings
    roots: dict[str, Sighted] = field(default_factory=dict)  # by origin; one at most
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
            key = (origin, *shape(url))
            faint = is_faint(seen)
            if key not in host.shapes and faint and (honest := _honest_neighbour(host, key)):
                return (honest.against(seen.body, expected),)
            own = host.shapes.setdefault(key, _Shape(siblings(url, self._rng)))
            used: list[Sighted] = []
            while kind := wanted_next(replace(seen, controls=found)):
                sighted = await (
                    self._root(host, origin)
                    if kind is ControlKind.ROOT
                    else self._sibling(host, own, used, may_ask=_may_ask(faint=faint, found=found))
                )
                if sighted is None:
                    break
                used.append(sighted)
                found += (sighted.against(seen.body, expected),)
        return found

    async def _root(self, host: _Host, origin: str) -> Sighted | None:
        if not host.roots:
            host.roots[origin] = await self._ask(ControlKind.ROOT, f"{origin}/")
        return next(iter(host.roots.values()))  # of http and https one stands for both

    async def _sibling(self, host: _Host, own: _Shape, used: Sequence[Sighted], *, may_ask: int) -> Sighted | None:
        """One that was not used yet: of its own shape, if need be by asking for it, else of another."""
        if (known := _unused(own.sighted, used)) is not None:
            return known
        if len(own.sighted) < len(own.made_up) and host.asked < may_ask:
            host.asked += 1
            own.sighted.append(await self._ask(ControlKind.SIBLING, own.made_up[len(own.sighted)]))
            return own.sighted[-1]
        return _unused([sighted for one in host.shapes.values() if one is not own for sighted in one.sighted], used)

    async def _ask(self, kind: ControlKind, url: str) -> Sighted:
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


def _may_ask(*, faint: bool, found: Sequence[Control]) -> int:
    """How many made-up addresses of its host a suspect may bring it to. One that is most likely alive leaves the last to pages that say they are
    lost, as long as nothing speaks against it."""
    accused = any(control.similarity is not None and control.similarity >= ALIKE for control in found)
    return MOST_SIBLINGS - 1 if faint and not accused else MOST_SIBLINGS


def _unused(sighted: Sequence[Sighted], used: Sequence[Sighted]) -> Sighted | None:
    return next((one for one in sighted if not any(one is other for other in used)), None)


def _honest_neighbour(host: _Host, key: tuple[str, ...]) -> Sighted | None:
    """What was answered "not found" in another folder beneath the same top folder: most likely by the same program."""
    for other, one in host.shapes.items():
        if (other[0], _top(other[1]), *other[2:]) == (key[0], _top(key[1]), *key[2:]):
            for sighted in one.sighted:
                if sighted.control.status in GONE_STATUSES:
                    return sighted
    return None


def _top(folder: str) -> str:
    return folder.split("/", 2)[1]
