"""Templates → pages: the one place that renders, so that escaping is never forgotten, and what every page needs is there."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from prospector.outreach.plain import defanged
from prospector.times import when
from prospector.watching.words import seen
from prospector.words import label, sentence, standing

MAX_SHOWN_URL = 90


def shown_url(url: str) -> str:
    """A crawled address as people read it: no scheme, not endless."""
    bare = url.removeprefix("https://").removeprefix("http://").removesuffix("/")
    return bare if len(bare) <= MAX_SHOWN_URL else bare[: MAX_SHOWN_URL - 1] + "…"


def can_be_opened(url: str) -> bool:
    """Only the web's own addresses: never javascript:, data:, file: or what a parser stumbles over."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def number_of(count: int, one: str, many: str = "") -> str:
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def time_tag(moment: datetime, now: datetime) -> Markup:
    """A moment in plain words, exact to a machine and to a pointer that rests on it."""
    exact = moment.astimezone(UTC)
    text = when(moment, now) if abs((now - moment).days) < 7 else f"{exact.day} {exact:%B %Y}"
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        exact.isoformat(timespec="seconds"), f"{exact:%Y-%m-%d %H:%M:%S} UTC", text
    )


def exact_time(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _label(member: StrEnum) -> str:
    return label(member)


class Pages:
    def __init__(self, *, token: str, campaign: str) -> None:
        self._environment = Environment(loader=PackageLoader("prospector.review"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)  # fmt: skip
        self._environment.globals |= {"token": token, "campaign_name": campaign, "can_be_opened": can_be_opened, "number_of": number_of}
        self._environment.filters |= {
            "shown_url": shown_url,
            "defanged": defanged,
            "label": _label,
            "sighting": seen,
            "sentence": sentence,
            "standing": standing,
            "exact_time": exact_time,
        }

    def render(self, template: str, *, now: datetime, **values: object) -> str:
        def moment(at: datetime) -> Markup:
            return time_tag(at, now)

        return self._environment.get_template(template).render(now=now, moment=moment, **values)
