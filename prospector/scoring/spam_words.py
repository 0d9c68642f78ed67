"""Reads spam_words.toml: the words by which farms of links give themselves away, ready to be looked up."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from prospector.contacts.words import Phrases, fold


@dataclass(frozen=True, slots=True, kw_only=True)
class SpamWords:
    money: Mapping[str, Phrases]  # goods → phrases
    sold: Mapping[str, Phrases]  # goods → words that push them only beside a selling word
    selling: Phrases
    trades: Mapping[str, Phrases]
    asking: Phrases
    turned: Phrases  # the same phrases with a word before them that turns them round

    def goods(self, text: str) -> str:
        """The goods that a title or link text pushes, or ""."""
        folded = fold(text)
        pushed = next((goods for goods, phrases in self.money.items() if phrases.first(folded)), "")
        if pushed or not self.selling.first(folded):
            return pushed
        return next((goods for goods, phrases in self.sold.items() if phrases.first(folded)), "")

    def trade(self, text: str) -> str:
        """The trade whose goods a link text sells, in a shop's language, or ""."""
        folded = fold(text)
        if not self.selling.first(folded):
            return ""
        return next((trade for trade, phrases in self.trades.items() if phrases.first(folded)), "")

    def asks_for_links(self, text: str) -> str:
        """The words of a title, heading or link text that ask for links, or ""."""
        folded = fold(text)
        return "" if self.turned.first(folded) else self.asking.first(folded)


@cache
def spam_words() -> SpamWords:
    table = tomllib.loads(files("prospector.scoring").joinpath("spam_words.toml").read_text(encoding="utf-8"))
    asking = table["asking"]
    return SpamWords(
        money={row["goods"]: Phrases(row["phrases"]) for row in table["money"]},
        sold={row["goods"]: Phrases(row["sold"]) for row in table["money"] if "sold" in row},
        selling=Phrases(table["selling"]["words"]),
        trades={row["name"]: Phrases(row["words"]) for row in table["trade"]},
        asking=Phrases(asking["phrases"]),
        turned=Phrases(f"{word} {phrase}" for word in asking["unless"] for phrase in asking["phrases"]),
    )
