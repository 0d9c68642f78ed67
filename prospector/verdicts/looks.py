"""What one observation says on its own: a kind and a sentence. History is judge.py's.

The order is the rule: walls before parking before outages before the status, because a body says more than a status does.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from prospector.items import Observation, Outcome, VerdictKind, Via
from prospector.verdicts.addresses import Landing, is_bare, is_root, landing, place, split
from prospector.verdicts.evidence import DOMAIN_GONE, NO_SUCH_PLACE, Case, case_of, shows, spread
from prospector.verdicts.signs import ABANDONED, Means, Sign, terms

BLOCKED_STATUSES = frozenset({401, 402, 403, 405, 406, 407, 412, 421, 428, 429, 440, 449, 451, 999})
TRANSIENT_STATUSES = frozenset({408, 425})  # and every 5xx
GONE_STATUSES = frozenset({404, 410})
PERMANENT = frozenset({301, 308})
HIJACK_TERMS = 2  # one word of the trade may be the page's own subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What one observation leans to, and why."""

    kind: VerdictKind
    reason: str
    rules: tuple[str, ...] = ()
    moved_to: str = ""


_FAILURES = {
    Outcome.DNS_FAILED: (VerdictKind.TRANSIENT, "The name server could not say whether the host exists."),
    Outcome.REFUSED: (VerdictKind.REFUSED, "The server refuses every connection."),
    Outcome.TIMED_OUT: (VerdictKind.TRANSIENT, "The server gave no complete answer in time."),
    Outcome.TLS_FAILED: (VerdictKind.TRANSIENT, "No encrypted connection to the server could be made."),
    Outcome.TRUNCATED: (VerdictKind.TRANSIENT, "The server's answer broke off in the middle."),
    Outcome.GARBAGE: (VerdictKind.TRANSIENT, "What the server sent is no readable answer."),
    Outcome.REDIRECT_LOOP: (VerdictKind.UNKNOWN, "The address redirects in a circle, which browsers with cookies may get out of."),
    Outcome.TOO_MANY_HOPS: (VerdictKind.UNKNOWN, "The address redirects more than ten times."),
    Outcome.FORBIDDEN_BY_ROBOTS: (VerdictKind.UNKNOWN, "The site's robots.txt asks programs not to open this page."),
    Outcome.ADDRESS_REFUSED: (VerdictKind.UNKNOWN, "The name leads to an address inside a private network, which is not opened."),
    Outcome.HOST_STOPPED: (VerdictKind.BLOCKED, "The host asked us to slow down, so the page was not opened."),
    Outcome.OUR_ERROR: (VerdictKind.UNKNOWN, "This program made a mistake when it looked; that says nothing about the page."),
    Outcome.BAD_URL: (VerdictKind.UNKNOWN, "The address is not one that can be opened."),
}
_WALL_REASONS = {
    Means.CHALLENGE: "The site shows a check against robots instead of the page; a person with a browser may see it.",
    Means.LOGIN: "The page asks for a log-in.",
    Means.CONSENT: "A consent page stands before the content.",
    Means.GEO: "The page is not shown in every country.",
}
_LANDINGS = {
    Landing.HOME: "the site's home page",
    Landing.PARENT: "the folder above it",
    Landing.OTHER_SITE: "another site",
}


_KEPT = 128  # observations; a suspect's has up to 32 KB of its page
_latest: dict[int, tuple[Observation, Look]] = {}


# what we saw ourselves; an archive's captures and a registry's word are evidence, but nothing that we saw
OURS = frozenset({Via.HTTP, Via.BROWSER, Via.PERSON})


def says_something(seen: Observation) -> bool:
    """False: our own network was down, which says nothing of the target. An answer came through all the same."""
    return not seen.offline or seen.outcome is Outcome.ANSWERED


def look(seen: Observation) -> Look:
    """Judge one observation as if it were the only one.

    The last ones are kept: the same observation is looked at by the checker, by the judge, and by who wonders what to do about its verdict.
    """
    known = _latest.get(id(seen))
    if known is not None and known[0] is seen:
        return known[1]
    found = _look(seen)
    if len(_latest) >= _KEPT:
        _latest.clear()
    _latest[id(seen)] = (seen, found)  # which keeps it alive, so that nothing else gets its number
    return found


def _look(seen: Observation) -> Look:
    if seen.outcome is Outcome.NO_HOST:
        return _no_host(seen)
    if seen.outcome is not Outcome.ANSWERED:
        kind, reason = _FAILURES[seen.outcome]
        return Look(kind=kind, reason=reason, rules=(f"outcome-{seen.outcome}",))
    if seen.via is Via.PERSON:
        return _mark(seen)
    if seen.via is Via.RDAP:
        return (
            _no_host(seen)
            if seen.status in GONE_STATUSES
            else Look(kind=VerdictKind.UNKNOWN, reason="The registry knows the name.", rules=("rdap",))
        )
    if seen.status is None:
        return Look(kind=VerdictKind.TRANSIENT, reason="The server's answer carried no status.", rules=("status-none",))
    case = case_of(seen)
    by_signs = (_wall(case) or _abandoned(case) or _outage(case)) if case.signs else None
    return by_signs or _status(case) or _content(case)


def _no_host(seen: Observation) -> Look:
    host = split(seen.final_url or seen.target_url).hostname or "the host"
    whole = DOMAIN_GONE in seen.detail
    reason = f"The domain of {host} no longer exists." if whole else f"The host name {host} does not exist."
    return Look(kind=VerdictKind.DNS, reason=reason, rules=("domain-gone" if whole else "host-gone",))


def _mark(seen: Observation) -> Look:
    if seen.status in GONE_STATUSES:
        return Look(kind=VerdictKind.GONE, reason="A person looked and found the page gone.", rules=("person",))
    return Look(kind=VerdictKind.ALIVE, reason="A person looked and found the page alive.", rules=("person",))


def _wall(case: Case) -> Look | None:
    for means, reason in _WALL_REASONS.items():
        rows = case.rows(means)
        # a side bar's log-in box is no wall before an error page that says so itself
        if rows and not (means is Means.LOGIN and case.says_lost):
            return Look(kind=VerdictKind.BLOCKED, reason=reason, rules=_ids(rows))
    return None


def _abandoned(case: Case) -> Look | None:
    for means, reason in (
        (Means.PARKED, "The whole domain shows a parking or for-sale page."),
        (Means.SUSPENDED, "The whole site shows its hoster's page for a suspended account."),
        (Means.SERVER_DEFAULT, "The whole site shows the server's default page; its content is gone."),
    ):
        if spread(case, means) and not (means is Means.SERVER_DEFAULT and case.target_is_root):
            return Look(kind=VerdictKind.PARKED, reason=reason, rules=_ids(case.rows(means)))
    return None


def _outage(case: Case) -> Look | None:
    rows = case.rows(Means.OUTAGE)
    if rows and not case.says_lost:
        return Look(kind=VerdictKind.TRANSIENT, reason="The site says that it can't answer just now.", rules=_ids(rows))
    return None


def _status(case: Case) -> Look | None:
    status = case.seen.status or 0
    rule = (f"status-{status}",)
    if status in BLOCKED_STATUSES:
        return Look(
            kind=VerdictKind.BLOCKED, reason=f"The server turns us away (status {status}); that says nothing about the page.", rules=rule
        )
    if status in TRANSIENT_STATUSES or 500 <= status < 600:
        return Look(kind=VerdictKind.TRANSIENT, reason=f"The server reports trouble of its own (status {status}).", rules=rule)
    if status in GONE_STATUSES:
        if case.behind_wall:
            return _behind_wall(case)
        said = "gone for good" if status == 410 else "not found"
        return Look(kind=VerdictKind.GONE, reason=f"The server answers {status}: {said}.", rules=(*rule, *_ids(case.says_lost)))
    if not case.good_status or status == 204:
        return Look(kind=VerdictKind.UNKNOWN, reason=f"The server answers with status {status}, which says neither yes nor no.", rules=rule)
    return None


def _content(case: Case) -> Look:
    body = case.body
    if case.seen.body is not None and not body.size and body.complete:
        return Look(kind=VerdictKind.TRANSIENT, reason="The server sent an empty page.", rules=("empty-body",))
    if not case.is_html:
        return _alive(case)
    if case.behind_wall and (case.says_lost or case.landed in _LANDINGS):
        return _behind_wall(case)
    return _unproven_parking(case) or _redirected(case) or _refreshed(case) or _hijacked(case) or _soft404(case) or _alive(case)


def _behind_wall(case: Case) -> Look:
    reason = "The site keeps programs out, so its answer for this page can't be trusted."
    return Look(kind=VerdictKind.BLOCKED, reason=reason, rules=("behind-wall", *_ids(case.behind_wall)))


def _unproven_parking(case: Case) -> Look | None:
    rows = case.rows(*ABANDONED)
    wanting = case.root is None and not case.target_is_root and any(shows(control, row.means) for control in case.siblings for row in rows)
    unmeasured = not case.siblings or wanting
    default_page = case.target_is_root and bool(case.rows(Means.SERVER_DEFAULT))
    if not rows or not (unmeasured or default_page):
        return None
    reason = "It looks like a parked or unused site, but that could not be made sure of."
    return Look(kind=VerdictKind.UNKNOWN, reason=reason, rules=_ids(rows))


def _redirected(case: Case) -> Look | None:
    where = _LANDINGS.get(case.landed)
    if not where or case.body.words_present or (case.target_is_root and case.body.words_present is None):
        return None
    if not case.land_together:
        if case.of_its_shape:
            return None
        reason = f"The address leads to {where}, and whether made-up addresses of its kind lead there too could not be seen."
        return Look(kind=VerdictKind.UNKNOWN, reason=reason, rules=("redirect-unmeasured",))
    looked_for = "" if case.body.words_present is None else ", and what was linked is not there"
    reason = f"The address only leads to {where} ({case.final}), as every made-up address there does{looked_for}."
    return Look(kind=VerdictKind.REDIRECTED, reason=reason, rules=(f"redirect-{case.landed.name.lower()}",))


def _refreshed(case: Case) -> Look | None:
    """A page that is nothing but a hand-on to another page (meta refresh) is a redirect by other means."""
    to = case.body.refresh
    where = _LANDINGS.get(landing(case.target, to)) if to else None
    if not where or not case.thin or case.body.words_present or case.target_is_root or not case.siblings:
        return None
    if len(case.alike) < len(case.siblings):
        return None
    reason = f"The page only sends its reader on to {where} ({to}), as made-up addresses there do."
    return Look(kind=VerdictKind.REDIRECTED, reason=reason, rules=("refresh",))


def _soft404(case: Case) -> Look | None:
    if case.target_is_root or is_root(case.final):
        return _front_door(case)
    if case.says_lost:
        return _says_lost(case)
    return _same_page(case) if _all_the_same(case) else _half_measured(case)


def _half_measured(case: Case) -> Look | None:
    """The one sibling of its shape that could be asked for shows this very page: neither death nor life."""
    own = case.of_its_shape
    if len(own) != 1 or not case.is_like(own[0]) or not _good(own[0].status) or case.body.words_present:
        return None
    reason = "The server shows the same page for a made-up address, and could not be asked for a second one."
    return Look(kind=VerdictKind.UNKNOWN, reason=reason, rules=("one-sibling",))


def _front_door(case: Case) -> Look | None:
    """A root is never a soft 404; an index page that says it is lost may be one, where the root itself reads otherwise."""
    if not case.says_lost or case.landed is not Landing.SAME:
        return None
    if not is_bare(case.target) and case.root is not None and not case.is_like(case.root):
        return _says_lost(case)
    reason = "The site's own home page speaks of a missing page."
    return Look(kind=VerdictKind.UNKNOWN, reason=reason, rules=("root-says-lost", *_ids(case.says_lost)))


def _all_the_same(case: Case) -> bool:
    """Both made-up addresses answer well and show this page."""
    if len(case.siblings) < 2 or len(case.alike) < len(case.siblings) or not all(_good(control.status) for control in case.siblings):
        return False
    words_set_it_apart = case.body.words_present and not all(control.words_present for control in case.siblings)
    return not words_set_it_apart


def _same_page(case: Case) -> Look:
    if case.script_built:
        reason = "The page is built by a script in the browser, and without one every address of the site looks the same."
        return Look(kind=VerdictKind.UNKNOWN, reason=reason, rules=("app-shell", *_ids(case.rows(Means.APP_SHELL))))
    if case.root is None or case.is_like(case.root):
        reason = "The site gives this answer for every address, made-up ones too, and nothing in it says that the page is gone."
        return Look(kind=VerdictKind.UNKNOWN, reason=reason, rules=("same-everywhere",))
    reason = f"The server answers {case.seen.status}, but shows the same page for made-up addresses: the page itself is not there."
    return Look(kind=VerdictKind.SOFT404, reason=reason, rules=("siblings-alike",))


def _says_lost(case: Case) -> Look | None:
    said = f"The server answers {case.seen.status}, but the page says that it was not found"
    rules = _ids(case.says_lost)
    if case.alike:
        return Look(kind=VerdictKind.SOFT404, reason=f"{said}, as it does for made-up addresses.", rules=("wording-and-sibling", *rules))
    if case.of_its_shape and any(control.status in GONE_STATUSES for control in case.siblings):
        return None
    return Look(kind=VerdictKind.UNKNOWN, reason=f"{said}, and a made-up address could not bear that out.", rules=("wording-alone", *rules))


def _hijacked(case: Case) -> Look | None:
    """Spam of a trade that the link, its address and its host had nothing to do with."""
    body = case.body
    if body.words_present is not False or not case.rows(Means.HIJACK):
        return None
    found = terms(Means.HIJACK, f"{body.title} {' '.join(body.headings)}")
    own = " ".join((*case.seen.expected, *place(case.target)))
    if len(found) < HIJACK_TERMS or any(word in own for term in found for word in term.split() if len(word) >= 4):
        return None
    reason = f"The page now serves something else than what was linked: its headline speaks of {', '.join(sorted(found)[:3])}."
    return Look(kind=VerdictKind.HIJACKED, reason=reason, rules=_ids(case.rows(Means.HIJACK)))


def _alive(case: Case) -> Look:
    seen = case.seen
    notes = []
    moved = ""
    rules = ["content"]
    if case.landed is not Landing.SAME:
        if seen.hops and all(hop.status in PERMANENT for hop in seen.hops):
            moved = case.final
        notes.append(f"it has moved to {case.final}" if moved else f"it answers at {case.final}")
        rules.append("moved")
    elif case.body.refresh and case.thin and landing(case.target, case.body.refresh) is not Landing.SAME:
        moved = case.body.refresh
        notes.append(f"it sends its reader on to {moved}")
        rules.append("refresh")
    elif split(case.target).scheme != split(case.final).scheme:
        notes.append(f"only by {split(case.final).scheme}")
        rules.append("scheme")
    if seen.certificate:
        notes.append(f"its certificate is not in order: {seen.certificate}")
        rules.append("certificate")
    if seen.detail.startswith(NO_SUCH_PLACE):
        notes.append(seen.detail)
        rules.append("fragment")
    reason = "The page answers" + (f"; {'; '.join(notes)}." if notes else ".")
    return Look(kind=VerdictKind.ALIVE, reason=reason, rules=tuple(rules), moved_to=moved)


def _good(status: int | None) -> bool:
    return status is not None and 200 <= status < 300


def _ids(rows: Iterable[Sign]) -> tuple[str, ...]:
    return tuple(row.id for row in rows)
