"""Which dead links a person's text speaks of: what must all be confirmed before it may go out. Pure.

When in doubt it names them: a letter that waits is better than one that is wrong.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from prospector.items import Claim, DeadLink
from prospector.outreach.plain import defanged, host, plain_url, quiet

_SHORTEST_ANCHOR = 4  # "here" and shorter say nothing about which link is meant


def named_claims(text: str, dead: Sequence[DeadLink], before: Sequence[Claim]) -> tuple[Claim, ...]:
    """The claims that a text names, of those it named before and of all dead links of its page; all of before where it names none by name.

    A new address is claimed as long as it stands in the text.
    """
    known = {claim.target_url: claim for claim in before}
    moved = {one.link.target_url: one.new_url for one in dead if one.new_url}
    for one in dead:
        offer = one.match.page_url if one.match else ""
        known.setdefault(one.link.target_url, Claim(target_url=one.link.target_url, anchor=one.link.anchor, offer_url=offer))
    flat = " ".join(text.split()).casefold()
    named = tuple(claim for claim in known.values() if _stands_in(claim, flat))
    return tuple(replace(claim, new_url=_given(claim, moved, flat)) for claim in named or before)


def _given(claim: Claim, moved: Mapping[str, str], flat: str) -> str:
    """The new address that the text gives for a link, be it the one of before or today's; "" if none."""
    known = dict.fromkeys((claim.new_url, moved.get(claim.target_url, "")))
    return next((url for url in known if url and plain_url(url).casefold() in flat), "")


def _stands_in(claim: Claim, flat: str) -> bool:
    anchor = " ".join(quiet(claim.anchor, 90).split()).casefold()
    spelled = [plain_url(claim.target_url).partition("://")[2].rstrip("/"), defanged(claim.target_url), host(claim.target_url)]
    return any(one and one.casefold() in flat for one in spelled) or (len(anchor) > _SHORTEST_ANCHOR and anchor in flat)
