"""Letters for tests: ordinary ones, and names that try to be more than a name."""

from __future__ import annotations

from typing import Any

from prospector.export.message import Letter

HOSTILE_NAMES = [
    "Smith, Bob",
    'Bob" <evil@e.example>, "Eve',
    "Bob\r\nBcc: eve@e.example",
    "Bob\nX: y",
    "=?utf-8?q?Eve=0D=0ABcc:_eve@e.example?=",
    "=?utf-8?b?RXZl?= =?utf-8?b?RXZl?=",
    "\u202egro.elpmaxe@ada",
    "Zoë Müller-Łukasz 李 \u200fשלום\u200f",
    "a\0b",
    "\ud800",
    "Bob (comment) \\",
    "Bob, " * 2_000,
    "é" * 99 + ", x",
    "x" * 10_000_000,
    "a@b.example",
    ";:<>[]()",
    "👩🏽‍🌾 فارسی می‌خواهم",
]


def letter(**fields: Any) -> Letter:
    ordinary: dict[str, Any] = {
        "draft_id": 7,
        "sender": "ada@example.org",
        "sender_name": "Ada Lind",
        "recipient": "bob@library.example.edu",
        "subject": "A dead link on your page",
        "body": "Dear Bob,\n\nhello.\n\n-- \nAda\n",
    }
    return Letter(**{**ordinary, **fields})
