"""What a run has asked for, and which pages still wait for which targets: a page can be worked on the moment its last target is judged."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


class Ledger:
    """Grows with what is outstanding, and by one number for each target that was answered in this run and not settled."""

    def __init__(self) -> None:
        self._under_way: set[str] = set()
        self._answered: set[int] = set()  # hashes: a collision costs one look, another day
        self._waiting_for: dict[str, int] = {}  # page → number of its targets under way
        self._pages_of: dict[str, list[str]] = {}  # target → pages that wait for it

    def to_ask(self, targets: Iterable[str]) -> list[str]:
        """Of these targets, those that this run has not asked for yet. They count as asked from now on."""
        new = [url for url in targets if url not in self._under_way and hash(url) not in self._answered]
        self._under_way.update(new)
        return new

    def wait(self, page_url: str, targets: Sequence[str]) -> bool:
        """The page waits for those of these (distinct) targets that are under way. False when none is."""
        waits = [url for url in targets if url in self._under_way]
        for url in waits:
            self._pages_of.setdefault(url, []).append(page_url)
        if waits:
            self._waiting_for[page_url] = self._waiting_for.get(page_url, 0) + len(waits)
        return bool(waits)

    def answered(self, target: str) -> list[str]:
        """The target has been looked at. The pages for which it was the last one."""
        self._under_way.discard(target)
        self._answered.add(hash(target))
        done = []
        for page_url in self._pages_of.pop(target, ()):
            self._waiting_for[page_url] -= 1
            if not self._waiting_for[page_url]:
                del self._waiting_for[page_url]
                done.append(page_url)
        return done

    def settled(self, targets: Iterable[str]) -> None:
        """The store knows that these, which were answered, are not due: there is no need to remember them."""
        self._answered.difference_update(map(hash, targets))
