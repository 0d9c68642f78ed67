"""The one table of labels and sentences for every verdict, confidence, status and stage; used wherever people read them.

A new member needs a row here; tests/test_words.py walks every enum.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from prospector.items import Confidence, ContactKind, DraftStatus, Outcome, Stage, Strength, VerdictKind

# member: (label, sentence). A label fits a column or a button; a sentence can stand alone.
_ROWS: Mapping[StrEnum, tuple[str, str]] = MappingProxyType(
    {
        VerdictKind.ALIVE: ("works", "The page answers, and nothing suggests that it is not the page that was linked."),
        VerdictKind.GONE: ("not found", "The server answers that the page does not exist any more."),
        VerdictKind.DNS: ("no such site", "The site’s name no longer exists."),
        VerdictKind.REFUSED: ("no server", "Nothing answers at the site's address any more."),
        VerdictKind.PARKED: ("parked", "The name is for sale or shows only advertising; the site that was linked is gone."),
        VerdictKind.SOFT404: ("soft 404", "The server says all is well, but shows its page for things it cannot find."),
        VerdictKind.REDIRECTED: ("sent elsewhere", "Visitors are sent to a page that has nothing to do with the one that was linked."),
        VerdictKind.HIJACKED: ("taken over", "Somebody else uses the name now, for something the link was not meant for."),
        VerdictKind.BLOCKED: (
            "can't be checked",
            "The site turns programs away, so nobody but a person can tell whether the page is there.",
        ),
        VerdictKind.TRANSIENT: (
            "in trouble just now",
            "The page could not be reached, in a way that often passes. It will be looked at again.",
        ),
        VerdictKind.UNKNOWN: ("not known", "What was seen allows no conclusion yet."),
        Confidence.PROBABLE: ("probable", "It looked dead, but not yet often enough over enough days to say so to anybody."),
        Confidence.CONFIRMED: ("confirmed", "It was dead each time it was looked at, over several days."),
        DraftStatus.WAITING: (
            "waiting",
            "Something is still missing: a claim to confirm, an offer to choose, somebody to write to, or your word. Its note says what.",
        ),
        DraftStatus.READY: ("ready", "Every claim in it is confirmed; it is yours to review."),
        DraftStatus.APPROVED: ("approved", "A person has approved it; it can be exported."),
        DraftStatus.SNOOZED: ("snoozed", "Put aside; it comes back by itself."),
        DraftStatus.REJECTED: ("rejected", "A person decided not to write this letter."),
        DraftStatus.EXPORTED: ("exported", "Handed over to the mail program; whether it was sent is not known yet."),
        DraftStatus.SENT: ("sent", "The letter has been sent."),
        DraftStatus.WITHDRAWN: ("withdrawn", "It must not be sent; its note says why."),
        Stage.FOUND: ("found", "The page has dead links; no letter has been drafted."),
        Stage.DRAFTED: ("drafted", "A letter about the page is drafted."),
        Stage.CONTACTED: ("contacted", "The people behind the page have been written to."),
        Stage.REPLIED: ("replied", "They have answered."),
        Stage.DECLINED: ("declined", "They have said no."),
        Stage.WON: ("won", "The page now links to your page."),
        Stage.FIXED: ("fixed", "The dead link was mended or removed, without a link to your page."),
        Stage.LOST: ("lost", "The page linked to yours, and does so no longer."),
        Stage.DO_NOT_CONTACT: ("do not contact", "They asked not to be written to, and never will be again."),
        Strength.STRONG: ("strong match", "Your page covers what the dead page was about."),
        Strength.POSSIBLE: ("possible match", "Your page may fit; a person should decide."),
        ContactKind.EMAIL: ("e-mail", "An e-mail address."),
        ContactKind.FORM: ("form", "A contact form: open its page and paste the letter."),
        ContactKind.TRACKER: ("issue tracker", "A public place to report or suggest changes: open it and paste the letter."),
    }
)

# apart, because a member of one enum equals a member of another with the same text, and "refused" is an outcome and a verdict
_OUTCOMES: Mapping[Outcome, tuple[str, str]] = MappingProxyType(
    {
        Outcome.ANSWERED: ("answered", "The server gave an answer."),
        Outcome.NO_HOST: ("no such name", "The name has no address: the name service says that it does not exist."),
        Outcome.DNS_FAILED: ("name service failed", "The name service could not say whether the name exists."),
        Outcome.REFUSED: ("refused", "The connection was refused, or broken off before any answer."),
        Outcome.TIMED_OUT: ("timed out", "No complete answer came in time."),
        Outcome.TLS_FAILED: ("no secure connection", "A secure connection could not be set up."),
        Outcome.TRUNCATED: ("broke off", "The answer broke off before its end."),
        Outcome.GARBAGE: ("not readable", "What came back was empty, or no proper answer."),
        Outcome.REDIRECT_LOOP: ("sent in circles", "The redirects lead back to where they began."),
        Outcome.TOO_MANY_HOPS: ("too many redirects", "One redirect followed the other, with no page at the end."),
        Outcome.FORBIDDEN_BY_ROBOTS: ("robots.txt says no", "The site asks programs not to visit this address, so it was not asked for."),
        Outcome.ADDRESS_REFUSED: ("address not allowed", "The name leads into a private network, so it was not asked for."),
        Outcome.HOST_STOPPED: ("host asked for a pause", "The host told us twice to slow down, so it is left alone for now."),
        Outcome.OUR_ERROR: ("our own mistake", "This program made a mistake, so nothing was learnt about the page."),
        Outcome.BAD_URL: ("not an address", "The link is no address that can be asked for."),
    }
)

# What is wrong with a dead link, to follow its address in a letter. {status} is the server's number where it is known.
_CLAUSES: Mapping[str, Mapping[VerdictKind, str]] = MappingProxyType(
    {
        "en": {
            VerdictKind.GONE: "answers “not found”{status}",
            VerdictKind.DNS: "the site’s name no longer exists",
            VerdictKind.REFUSED: "no server answers there any more",
            VerdictKind.PARKED: "now shows an advertising page",
            VerdictKind.SOFT404: "shows a “page not found” message",
            VerdictKind.REDIRECTED: "sends visitors to an unrelated page, not to what was linked",
            VerdictKind.HIJACKED: "the name has changed hands and now shows something unrelated, so better not to visit it",
        },
        "de": {
            VerdictKind.GONE: "antwortet mit „nicht gefunden“{status}",
            VerdictKind.DNS: "den Namen der Website gibt es nicht mehr",
            VerdictKind.REFUSED: "dort antwortet kein Server mehr",
            VerdictKind.PARKED: "zeigt jetzt nur noch Werbung",
            VerdictKind.SOFT404: "zeigt die Meldung „Seite nicht gefunden“",
            VerdictKind.REDIRECTED: "leitet auf eine andere Seite um, nicht auf die verlinkte",
            VerdictKind.HIJACKED: "der Name gehört jetzt jemand anderem, und dort steht etwas ganz anderes; besser nicht aufrufen",
        },
    }
)


# why a letter waits: what its note says, and what that is to say
_WAITS_FOR = (
    ("choose the offer", "your choice of the offer"),
    ("is confirmed dead", "a claim to be confirmed"),
    ("no contact found", "somebody to write to"),
    ("hid this address", "your word that a hidden address may be used"),
)


def _row(member: StrEnum) -> tuple[str, str]:
    return _OUTCOMES[member] if isinstance(member, Outcome) else _ROWS[member]


def label(member: StrEnum) -> str:
    """A word or two, for columns and buttons."""
    return _row(member)[0]


def sentence(member: StrEnum) -> str:
    """A whole sentence in plain words."""
    return _row(member)[1]


def standing(status: DraftStatus, outcome: str = "") -> str:
    """A letter's status; of one that was sent, what became of it."""
    return outcome.replace("-", " ") if status is DraftStatus.SENT and outcome else label(status)


def clause(kind: VerdictKind, *, status: int | None = None, locale: str = "en") -> str:
    """What is wrong with a dead link, for a letter. KeyError for a kind that is not dead; English for a locale without a table."""
    return _CLAUSES.get(locale, _CLAUSES["en"])[kind].format(status=f" ({status})" if status else "")


def waits_for(note: str) -> str:
    """What a waiting letter's note says that it waits for, to go on after “waits for”."""
    return " and ".join(what for said, what in _WAITS_FOR if said in note) or "something"
