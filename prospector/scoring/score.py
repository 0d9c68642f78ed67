"""Is a prospect worth a letter? A score of named parts, each with its reason in words, so that a person can disagree with one.

A part that has nothing to go by is left out: silence is not a judgement. Points are given by `ScoreWeights`, nowhere else.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from prospector.items import Confidence, Contact, ContactKind, DeadLink, Part, ResourcePage, Score, Strength
from prospector.matching.words import stem, words
from prospector.scoring.authority import Rank
from prospector.scoring.freshness import last_changed
from prospector.scoring.spam import Flag

DAYS_A_YEAR = 365.25
FRESH_YEARS = 1.0  # changed within: somebody is there
STALE_YEARS = 5.0  # not changed for: probably nobody
TENDED_SHARE = 0.1  # up to this share of dead links a page is looked after
ROTTEN_SHARE = 0.5  # from this share on it is given up
ENOUGH_LINKS = 5  # checked links a share can be spoken of
UNTRUSTED_RELS = frozenset({"nofollow", "ugc", "sponsored"})
MOST_FLAGS = 3  # spam flags that count
MANY_SITES = 16  # other sites wanting the same dead page: full points


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreWeights:
    """Points: the most a part can give, or, below zero, take."""

    topic: float = 20.0
    strong_match: float = 15.0
    possible_match: float = 6.0
    confirmed: float = 10.0
    probable: float = 4.0
    tended: float = 15.0
    abandoned: float = -20.0
    fresh: float = 8.0
    stale: float = -8.0
    resource_page: float = 8.0
    other_page: float = -8.0
    untrusted_links: float = -12.0
    named_contact: float = 12.0
    email: float = 9.0
    form: float = 5.0
    no_contact: float = -10.0
    wanted_elsewhere: float = 15.0
    authority: float = 10.0
    spam_flag: float = -15.0
    other_language: float = -12.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of a prospect when its page is done."""

    page: ResourcePage
    dead_links: Sequence[DeadLink]
    checked_links: int  # content links of the page whose target has a verdict
    contact: Contact | None
    keywords: Sequence[str] = ()  # of the campaign
    language: str = ""  # of the letters
    other_sites: Mapping[str, int] = field(default_factory=dict)  # dead target → other sites that link to it
    ranks: Sequence[Rank] = ()  # of the page's site
    flags: Sequence[Flag] = ()


DEFAULT_WEIGHTS = ScoreWeights()


def score_prospect(facts: Facts, *, now: datetime, weights: ScoreWeights = DEFAULT_WEIGHTS) -> Score:
    judges: tuple[Callable[[Facts, ScoreWeights], Part | None], ...] = (
        _topic,
        _match,
        _verdicts,
        _upkeep,
        _page_kind,
        _rel,
        _contact,
        _wanted_elsewhere,
        _authority,
        _spam,
        _language,
    )
    parts = [*(judge(facts, weights) for judge in judges), _freshness(facts, weights, now)]
    return Score(parts=tuple(part for part in parts if part is not None))


def _topic(facts: Facts, weights: ScoreWeights) -> Part | None:
    """Which of the campaign's keywords the page itself uses: in its title fully, in headings and link texts by how often."""
    wanted = [(keyword, frozenset(map(stem, words(keyword)))) for keyword in facts.keywords]
    wanted = [(keyword, stems) for keyword, stems in wanted if stems]
    if not wanted:
        return None
    title = frozenset(map(stem, words(facts.page.title)))
    content = [link for link in facts.page.links if not link.boilerplate]
    said = [frozenset(map(stem, words(f"{link.section} {link.anchor} {link.context}"))) for link in content]
    fits, used = 0.0, []
    for keyword, stems in wanted:
        share = sum(stems <= each for each in said) / len(said) if said else 0.0
        fit = 1.0 if stems <= title else min(1.0, 4.0 * share)  # a keyword at every fourth link is what the page is about
        if fit > 0.0:
            used.append((fit, keyword))
        fits = max(fits, fit)
    if not used:
        return Part(name="other topic", points=0.0, reason=f"none of the campaign's {len(wanted)} keywords on the page")
    breadth = len(used) / len(wanted)
    named = ", ".join(f'"{keyword}"' for _, keyword in sorted(used, key=lambda pair: -pair[0])[:3])
    points = round(weights.topic * fits * (0.6 + 0.4 * breadth), 1)
    where = "in the title" if any(fit == 1.0 for fit, _ in used) and fits == 1.0 and _in_title(facts, wanted) else "at its links"
    return Part(name="same topic", points=points, reason=f"{named} {where}; {len(used)} of {len(wanted)} keywords on the page")


def _in_title(facts: Facts, wanted: Sequence[tuple[str, frozenset[str]]]) -> bool:
    title = frozenset(map(stem, words(facts.page.title)))
    return any(stems <= title for _, stems in wanted)


def _match(facts: Facts, weights: ScoreWeights) -> Part | None:
    matches = [dead.match for dead in facts.dead_links if dead.match is not None]
    if not matches:
        return None
    best = max(matches, key=lambda match: (match.strength is Strength.STRONG, match.confidence))
    most = weights.strong_match if best.strength is Strength.STRONG else weights.possible_match
    reason = f'your page "{best.page_title or best.page_url}" fits a dead link ({best.strength.value}, {best.confidence:.0%} sure)'
    return Part(name="something to offer", points=round(most * best.confidence, 1), reason=reason)


def _verdicts(facts: Facts, weights: ScoreWeights) -> Part | None:
    if not facts.dead_links:
        return None
    sure = [dead for dead in facts.dead_links if dead.verdict.confidence is Confidence.CONFIRMED]
    kinds = Counter(dead.verdict.kind.value for dead in sure or facts.dead_links)
    listed = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())
    if sure:
        return Part(name="surely dead", points=weights.confirmed, reason=f"{len(sure)} of {len(facts.dead_links)} confirmed: {listed}")
    return Part(name="probably dead", points=weights.probable, reason=f"none of {len(facts.dead_links)} confirmed yet: {listed}")


def _upkeep(facts: Facts, weights: ScoreWeights) -> Part | None:
    """One or two dead links of many: somebody looks after the page and will care. A page full of rot: nobody does."""
    dead, checked = len({link.link.target_url for link in facts.dead_links}), facts.checked_links
    if not dead or checked < ENOUGH_LINKS:
        return None
    share = min(1.0, dead / checked)
    reason = f"{dead} of {checked} checked links dead"
    if share >= ROTTEN_SHARE:
        return Part(name="abandoned", points=weights.abandoned, reason=reason)
    if dead <= 2 or share <= TENDED_SHARE:
        return Part(name="tended", points=weights.tended, reason=reason)
    left = (ROTTEN_SHARE - share) / (ROTTEN_SHARE - TENDED_SHARE)
    return Part(name="half tended", points=round(weights.tended * left, 1), reason=reason)


def _freshness(facts: Facts, weights: ScoreWeights, now: datetime) -> Part | None:
    """A copyright note counts half: many pages print the year by themselves."""
    page = facts.page
    changed = last_changed(page.html, last_modified=page.last_modified, fetched_at=page.fetched_at)
    if changed is None:
        return None
    days = max(0, (now.date() - changed.on).days)
    years = days / DAYS_A_YEAR
    share = 1.0 if changed.sure else 0.5
    if years <= FRESH_YEARS:
        when = f"changed {days} days ago" if changed.sure else "changed this year or the last"
        return Part(name="fresh", points=weights.fresh * share, reason=f"{when} ({changed.told_by})")
    if years >= STALE_YEARS:
        return Part(name="stale", points=weights.stale * share, reason=f"not changed for {years:.0f} years ({changed.told_by})")
    return Part(name="quiet", points=0.0, reason=f"changed {years:.1f} years ago ({changed.told_by})")


def _page_kind(facts: Facts, weights: ScoreWeights) -> Part:
    strongest = max(facts.page.signals, key=lambda signal: abs(signal.points), default=None)
    because = strongest.reason if strongest is not None else "by its links and words"
    if facts.page.is_resource_page:
        return Part(name="resource page", points=weights.resource_page, reason=because)
    return Part(name="no resource page", points=weights.other_page, reason=because)


def _rel(facts: Facts, weights: ScoreWeights) -> Part | None:
    content = [link for link in facts.page.links if not link.boilerplate]
    marked = [link for link in content if UNTRUSTED_RELS.intersection(link.rel)]
    if not marked:
        return None
    tokens = sorted(UNTRUSTED_RELS.intersection(*[[token for link in marked for token in link.rel]]))
    share = len(marked) / len(content)
    reason = f"{len(marked)} of {len(content)} links marked {', '.join(tokens)}"
    return Part(name="untrusted links", points=round(weights.untrusted_links * share, 1), reason=reason)


def _contact(facts: Facts, weights: ScoreWeights) -> Part:
    contact = facts.contact
    if contact is None:
        return Part(name="unreachable", points=weights.no_contact, reason="no address, form or tracker found")
    who = f" ({', '.join(filter(None, (contact.name, contact.role)))})" if contact.name or contact.role else ""
    because = f", {contact.reason}" if contact.reason else ""
    if contact.kind is not ContactKind.EMAIL:
        return Part(name="reachable", points=weights.form, reason=f"a {contact.kind.value}: {contact.value}{because}")
    if contact.deobfuscated:
        return Part(name="reachable", points=weights.form, reason=f"an address{who} its owner hid from harvesters{because}")
    points = weights.named_contact if contact.name or contact.role else weights.email
    return Part(name="reachable", points=points, reason=f"{contact.value}{who}{because}")


def _wanted_elsewhere(facts: Facts, weights: ScoreWeights) -> Part | None:
    wanted = [(facts.other_sites.get(dead.link.target_url, 0), dead.link.target_url) for dead in facts.dead_links]
    sites, target = max(wanted, default=(0, ""))
    if sites <= 0:
        return None
    points = round(weights.wanted_elsewhere * min(1.0, math.log1p(sites) / math.log1p(MANY_SITES)), 1)
    others = "1 other site" if sites == 1 else f"{sites} other sites"
    return Part(name="wanted elsewhere", points=points, reason=f"{others} link to the dead {target}")


def _authority(facts: Facts, weights: ScoreWeights) -> Part | None:
    if not facts.ranks:
        return None
    best = max(facts.ranks, key=lambda rank: rank.worth)
    others = [rank.in_words for rank in facts.ranks if rank is not best]
    return Part(name="authority", points=round(weights.authority * best.worth, 1), reason="; ".join([best.in_words, *others]))


def _spam(facts: Facts, weights: ScoreWeights) -> Part | None:
    if not facts.flags:
        return None
    points = weights.spam_flag * min(MOST_FLAGS, len(facts.flags))
    return Part(name="spam flags", points=points, reason="; ".join(f"{flag.name}: {flag.reason}" for flag in facts.flags))


def _language(facts: Facts, weights: ScoreWeights) -> Part | None:
    if not facts.page.language or not facts.language or facts.page.language == facts.language:
        return None
    reason = f'the page is in "{facts.page.language}", the letters are in "{facts.language}"'
    return Part(name="other language", points=weights.other_language, reason=reason)
