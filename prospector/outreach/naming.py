"""Which dead links a person's text speaks of: what must all be confirmed before it may go out. Pure.

When in doubt it names them: a letter that waits is better than one that is wrong.
"""

from __future__ import annotations

from collections.abc import Sequence

from prospector.items import Claim, DeadLink
from prospector.outreach.plain import defanged, host, plain_url, quiet

_SHORTEST_ANCHOR = 4  # "here" and shorter say nothing about which link is meant


def named_claims(text: str, dead: Sequence[DeadLink], before: Sequence[Claim]) -> tuple[Claim, ...]:
    """The claims that a text names, of those it named before and of all dead links of its page; all of before where it names none by name."""
    known = {claim.target_url: claim for claim in before}
    for one in dead:
        offer = one.match.page_url if one.match else ""
        known.setdefault(one.link.target_url, Claim(target_url=one.link.target_url, anchor=one.link.anchor, offer_url=offer))
    flat = " ".join(text.split()).casefold()
    named = tuple(claim for claim in known.values() if _stands_in(claim, flat))
    return named or tuple(before)


def _stands_in(claim: Claim, flat: str) -> bool:
    anchor = " ".join(quiet(claim.anchor, 90).split()).casefold()
    spelled = [plain_url(claim.target_url).partition("://")[2].rstrip("/"), defanged(claim.target_url), host(claim.target_url)]
    return any(one and one.casefold() in flat for one in spelled) or (len(anchor) > _SHORTEST_ANCHOR and anchor in flat)
