"""What strangers write is shown, and obeyed by no terminal."""

from __future__ import annotations

import pytest

from prospector.terminal import harmless, harmless_lines

HOSTILE = {
    "an escape that clears the screen": "\x1b[2J",
    "a window title": "\x1b]0;owned\x07",
    "the same in one byte": "\x9b2J",
    "a carriage return that overwrites the line": "dead\rworks",
    "a backspace": "dead\b\b\b\b",
    "a line of its own": "title\nVerdict: works",
    "an override of the direction": "exe.\u202egpj",
    "an isolate": "\u2067abc\u2069",
    "a direction mark": "abc\u200f",
    "a line separator": "a\u2028b",
    "an invisible tag": "a\U000e0041b",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_what_a_terminal_would_obey_becomes_a_mark(text: str) -> None:
    shown = harmless(text)
    assert "\ufffd" in shown
    assert len(shown) == len(text)
    assert not any(ord(char) < 32 or 0x7F <= ord(char) < 0xA0 for char in shown)
    assert not set(shown) & set("\u202e\u2067\u2069\u200f\u2028\U000e0041")


@pytest.mark.parametrize("text", ["Пчёлы и мёд", "見つかりません", "می‌خواهم", "Straße 5 · ½ €", "👩‍🌾"])
def test_letters_of_the_world_stay_as_they_are(text: str) -> None:
    assert harmless(text) == harmless_lines(text) == text


def test_a_letter_keeps_its_lines() -> None:
    assert harmless_lines("Dear Ada,\n\n\tyours\x1b[31m") == "Dear Ada,\n\n\tyours\ufffd[31m"
