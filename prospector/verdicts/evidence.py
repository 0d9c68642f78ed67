"""One observation laid out for judging: its page, the rows that count there, where redirects led, what the controls answered."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from prospector.items import BodySample, Control, ControlKind, Observation, Outcome
from prospector.verdicts.addresses import Landing, is_root, landing, same_place, shape
from prospector.verdicts.shingles import ALIKE
from prospector.verdicts.signs import HEADLINE, THIN_TEXT, WALLS, Means, Sign, Where, fired_by_headers, known

NEAR_EMPTY = 120  # characters of visible text: less than a sentence or two

# what checking/ writes into Observation.detail, because the vocabulary has no field for it
ONE_RESOLVER = "only one resolver answered"
DOMAIN_GONE = "the whole domain is gone"
NO_SUCH_PLACE = "the place that was linked is not on it:"
REGISTERED_LATER = "that is younger than the link"

CASES_AT_HAND = 128  # a suspect's page has up to 32 KB

EMPTY_BODY = BodySample(sha256="", size=0, complete=True)


T = TypeVar("T")


class once(Generic[T]):  # noqa: N801 - a decorator
    """A property computed when first asked for. Python's own takes a lock for it until 3.12, and each check asks for a dozen."""

    def __init__(self, compute: Callable[[Any], T]) -> None:
        self._compute = compute

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, instance: object, owner: type | None = None) -> T:
        value = instance.__dict__[self._name] = self._compute(instance)
        return value


@dataclass(frozen=True)
class Case:
    """An observation and everything that is read out of it, computed when first asked for."""

    seen: Observation

    @once
    def body(self) -> BodySample:
        return self.seen.body or EMPTY_BODY

    @property
    def target(self) -> str:
        return self.seen.target_url

    @once
    def final(self) -> str:
        return self.seen.final_url or self.seen.target_url

    @once
    def landed(self) -> Landing:
        return landing(self.target, self.final)

    @once
    def target_is_root(self) -> bool:
        return is_root(self.target)

    @property
    def good_status(self) -> bool:
        return self.seen.status is not None and 200 <= self.seen.status < 300

    @property
    def is_html(self) -> bool:
        """What is no web page is content: nobody dresses an error up as a PDF."""
        return self.body.content_type in ("", "text/html", "application/xhtml+xml")

    @property
    def thin(self) -> bool:
        return self.body.text_length <= THIN_TEXT

    @once
    def signs(self) -> tuple[Sign, ...]:
        """Rows about an address count only where a redirect led there: a link to a log-in page is a link to a log-in page."""
        rows = known(self.body.signs) + known(fired_by_headers(self.seen.headers))
        if not rows:
            return ()
        return tuple(row for row in rows if row.where is not Where.URL or self.landed is not Landing.SAME)

    def rows(self, *means: Means) -> tuple[Sign, ...]:
        return tuple([row for row in self.signs if row.means in means]) if self.signs else ()

    @once
    def says_lost(self) -> tuple[Sign, ...]:
        """Not-found wording where it speaks for the page: in title, h1, h2, address; in the text only of a page with little else."""
        rows = self.rows(Means.NOT_FOUND)
        headline = tuple(row for row in rows if row.where in HEADLINE)
        return headline or (rows if self.thin else ())

    @once
    def siblings(self) -> tuple[Control, ...]:
        return tuple(c for c in self.seen.controls if c.kind is ControlKind.SIBLING and answered(c))

    @once
    def of_its_shape(self) -> tuple[Control, ...]:
        """Another shape's siblings may be answered by another program, so what they refute is only doubtful."""
        if not self.siblings:
            return ()
        own = shape(self.target)
        return tuple(control for control in self.siblings if shape(control.url) == own)

    @once
    def root(self) -> Control | None:
        return next((c for c in self.seen.controls if c.kind is ControlKind.ROOT and answered(c)), None)

    @once
    def alike(self) -> tuple[Control, ...]:
        return tuple(c for c in self.siblings if self.is_like(c))

    def is_like(self, control: Control) -> bool:
        same = bool(control.sha256) and control.sha256 == self.body.sha256
        return same or (control.similarity is not None and control.similarity >= ALIKE)

    @once
    def land_together(self) -> bool:
        """Every made-up address that answered ended where this one did."""
        ends = [control.final_url or control.url for control in self.siblings]
        return bool(ends) and all(same_place(end, self.final) for end in ends)

    @once
    def behind_wall(self) -> tuple[Sign, ...]:
        """Wall rows that fired on the controls: the host keeps machines out, whatever it told us about the target."""
        rows: Iterable[Sign] = (row for control in self.seen.controls for row in known(control.signs))
        return tuple(row for row in rows if row.means in WALLS and row.where is not Where.URL)

    @property
    def script_built(self) -> bool:
        return bool(self.rows(Means.APP_SHELL)) and self.thin


_at_hand: dict[int, Case] = {}


def case_of(seen: Observation) -> Case:
    """The last ones are kept: whoever decides about controls, and the judge, look at the same observation."""
    known = _at_hand.get(id(seen))
    if known is not None and known.seen is seen:
        return known
    if len(_at_hand) >= CASES_AT_HAND:
        _at_hand.clear()
    case = _at_hand[id(seen)] = Case(seen)  # which keeps the observation alive, so that nothing else gets its number
    return case


def answered(control: Control) -> bool:
    return control.outcome is Outcome.ANSWERED and control.status is not None


def spread(case: Case, means: Means) -> bool:
    """The address, the site's root and a made-up address all show a row of this meaning."""
    if not case.rows(means) or not any(shows(control, means) for control in case.siblings):
        return False
    return case.target_is_root or (case.root is not None and shows(case.root, means))


def shows(control: Control, means: Means) -> bool:
    return any(row.means is means for row in known(control.signs))
