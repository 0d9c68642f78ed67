"""Words that the user's site writes as two: "leafmould" on the linking page, "leaf mould" at home."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

MIN_PART = 4  # letters: shorter parts are found in anything


def compounds(words: Iterable[str], frequency: Callable[[Sequence[str]], Mapping[str, int]]) -> dict[str, tuple[str, str]]:
    """Words that no page has, and how they fall into two that pages have.

    :param frequency: word → on how many pages it stands.
    """
    long = [word for word in words if len(word) >= 2 * MIN_PART and word.isalpha()]
    counts = frequency(long)
    unknown = [word for word in long if not counts[word]]
    ways = {word: [(word[:cut], word[cut:]) for cut in range(MIN_PART, len(word) - MIN_PART + 1)] for word in unknown}
    known = frequency(list(dict.fromkeys(part for split in ways.values() for parts in split for part in parts)))
    found: dict[str, tuple[str, str]] = {}
    for word, split in ways.items():
        likeliest = max(split, key=lambda parts: min(known[part] for part in parts))
        if min(known[part] for part in likeliest):
            found[word] = likeliest
    return found
