"""Values as the columns hold them: times, JSON, compressed text, and dataclasses inside JSON."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, fields
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from prospector.items import Part

# 6 is zlib's default and takes twice the time for 3 % less; pages are compressed in the event loop
COMPRESSION = 4
_READABLE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def time_text(moment: datetime) -> str:
    """ISO 8601 in UTC. Such texts sort as their times do: "+" (no fraction) comes before "." in ASCII.

    :raises ValueError: the time has no zone.
    """
    if moment.tzinfo is None:
        raise ValueError(f"a time without a zone: {moment}")
    return moment.astimezone(UTC).isoformat()


def maybe_time_text(moment: datetime | None) -> str | None:
    return None if moment is None else time_text(moment)


def maybe_time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def json_text(value: object) -> str:
    """Readable JSON: letters as they are. Half a surrogate pair, which UTF-8 can't hold, makes the whole text escaped."""
    text = _READABLE.encode(value)
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":"))
    return text


def packed(text: str) -> bytes:
    return zlib.compress(text.encode("utf-8", "surrogatepass"), COMPRESSION)


def unpacked(data: bytes) -> str:
    return zlib.decompress(data).decode("utf-8", "surrogatepass")


def one_line_each(lines: Sequence[str]) -> str:
    """Headings as one text, a line each; empty ones are left out."""
    return "\n".join(" ".join(line.split()) for line in lines if line.strip())


def sparse(item: Any, *, without: Sequence[str] = ()) -> dict[str, Any]:
    """A flat dataclass as a mapping of the fields that differ from their defaults."""
    return {name: value for name, default in _defaults(item.__class__) if name not in without and (value := getattr(item, name)) != default}


@lru_cache(maxsize=64)
def _defaults(kind: type[Any]) -> tuple[tuple[str, Any], ...]:
    """The fields of a dataclass, with what they are unless something is said; MISSING, which is like nothing, where something must be."""
    specs = fields(kind)
    return tuple((spec.name, spec.default_factory() if spec.default_factory is not MISSING else spec.default) for spec in specs)


def tuples(stored: Mapping[str, Any]) -> dict[str, Any]:
    """JSON's lists as the tuples that our dataclasses have."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in stored.items()}


def parts_json(parts: Sequence[Part]) -> str:
    return json_text([{"name": part.name, "points": part.points, "reason": part.reason} for part in parts])


def parts_of(text: str) -> tuple[Part, ...]:
    return tuple(Part(**part) for part in json.loads(text))
