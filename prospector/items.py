"""The vocabulary: frozen dataclasses and closed enums that pass between the stages. Imports nothing of ours.

A field that a stage derives from others does not belong here; a fact that a later stage needs does.
All times are timezone-aware UTC. All URLs are absolute text without a fragment, unless a field says otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

# -- what was found on pages ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundLink:
    """A link from a page to another site, with what a reader sees around it."""

    target_url: str
    fragment: str = ""  # without "#"
    anchor: str = ""  # link text; the image's alt text where there is no text
    rel: tuple[str, ...] = ()  # lower-case tokens
    context: str = ""  # the list item, sentence, cell or definition that the link stands in
    section: str = ""  # nearest thing above that works as a heading: h1-h6, bold line, caption, th, dt
    heading: str = ""  # nearest h1-h6 above
    position: int = 0  # 0-based, in document order among the page's outbound links
    boilerplate: bool = False  # navigation, footer, share buttons, badges


@dataclass(frozen=True, slots=True, kw_only=True)
class InternalLink:
    """A link to a page of the same site: where a crawl may go on."""

    url: str
    anchor: str = ""
    context: str = ""
    boilerplate: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSignal:
    """One reason to call a page a resource page, or not."""

    name: str
    points: float
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourcePage:
    """A fetched page of somebody's site, read: a possible prospect."""

    url: str  # as asked for
    final_url: str
    status: int
    fetched_at: datetime
    title: str = ""
    language: str = ""  # ISO 639-1 where known, else ""
    etag: str = ""
    last_modified: str = ""  # the header as sent
    html: str = ""  # decoded text, for the snapshot
    links: tuple[OutboundLink, ...] = ()
    internal: tuple[InternalLink, ...] = ()
    is_resource_page: bool = False
    signals: tuple[PageSignal, ...] = ()
    depth: int = 0  # 0 for a seed
    seed: str = ""  # the seed that led here


@dataclass(frozen=True, slots=True, kw_only=True)
class SitePage:
    """A page of the user's own site that may be offered."""

    url: str
    title: str = ""
    headings: tuple[str, ...] = ()
    description: str = ""
    text: str = ""  # main text, at most MAX_SITE_TEXT characters
    fetched_at: datetime | None = None
    offered: bool = True  # False: indexed, but the campaign says never to offer it
    links: tuple[OutboundLink, ...] = ()  # to other sites: the user's own fix list


# -- what happened when a target was asked for ------------------------------------------------------------------------


class Outcome(StrEnum):
    """What one attempt came to. Says what happened, never what it means."""

    ANSWERED = "answered"  # a complete HTTP answer (or as much of it as we read)
    NO_HOST = "no_host"  # NXDOMAIN for A and AAAA
    DNS_FAILED = "dns_failed"  # SERVFAIL, time-out, no addresses: the resolver could not say
    REFUSED = "refused"  # refused, unreachable, or reset before an answer, on every address
    TIMED_OUT = "timed_out"  # no (complete) answer in time
    TLS_FAILED = "tls_failed"  # handshake failure; a bad certificate alone is not one
    TRUNCATED = "truncated"  # the answer broke off
    GARBAGE = "garbage"  # empty reply, not HTTP, headers too large, undecodable body
    REDIRECT_LOOP = "redirect_loop"
    TOO_MANY_HOPS = "too_many_hops"
    FORBIDDEN_BY_ROBOTS = "forbidden_by_robots"
    ADDRESS_REFUSED = "address_refused"  # our guard: private, loopback, metadata …
    HOST_STOPPED = "host_stopped"  # the host told us twice to slow down; we did not ask
    BAD_URL = "bad_url"  # nothing that can be asked for
    OUR_ERROR = "our_error"  # a mistake of this program: nothing is known


class Via(StrEnum):
    """Who looked."""

    HTTP = "http"
    BROWSER = "browser"
    PERSON = "person"
    ARCHIVE = "archive"
    RDAP = "rdap"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """One answer on the way that sent us on."""

    url: str
    status: int
    location: str  # as sent, less a name and password


@dataclass(frozen=True, slots=True, kw_only=True)
class BodySample:
    """What was read of a body: at most CHECK_MAXSIZE bytes after decompression."""

    sha256: str  # hex, of the decoded bytes
    size: int  # bytes
    complete: bool  # False: there was more than we read
    content_type: str = ""  # media type, lower case, no parameters
    title: str = ""
    headings: tuple[str, ...] = ()  # h1 and h2 in document order, at most 20
    canonical: str = ""
    robots: str = ""  # <meta name=robots> content, lower case
    refresh: str = ""  # target of a <meta http-equiv=refresh>, absolute
    text_length: int = 0  # characters of visible text
    words_present: bool | None = None  # one of the words expected of the target stands in the text; None: none expected
    signs: tuple[str, ...] = ()  # ids of the rows of verdicts/signs that fired
    shingles: frozenset[int] | None = None  # 4-word shingles of the visible text; suspects and controls only
    html: str | None = None  # the head of the document; suspects and controls only


class ControlKind(StrEnum):
    SIBLING = "sibling"  # a made-up URL of the target's shape
    ROOT = "root"


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """What the same host says to a URL that can't exist, or to its root: the measure for a suspect."""

    kind: ControlKind
    url: str
    outcome: Outcome
    status: int | None = None
    final_url: str = ""
    title: str = ""
    sha256: str = ""
    similarity: float | None = None  # Jaccard of 4-word shingles with the suspect's text, 0..1
    words_present: bool | None = None
    signs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One attempt to reach a target: what happened, never what it means. Append-only evidence."""

    target_url: str
    observed_at: datetime
    outcome: Outcome
    run_id: str = ""
    via: Via = Via.HTTP
    status: int | None = None  # the final hop's; None when no answer came
    final_url: str = ""
    hops: tuple[Hop, ...] = ()
    elapsed_ms: int = 0
    body: BodySample | None = None
    controls: tuple[Control, ...] = ()
    address: str = ""  # the IP address that answered
    certificate: str = ""  # what was wrong with it: "expired", "self-signed", "wrong host", "untrusted"; "" = nothing
    headers: Mapping[str, str] = field(default_factory=dict)  # the few that matter, lower-case names
    detail: str = ""  # the library's own words for a failure
    offline: bool = False  # our own network was down: kept, never judged
    expected: tuple[str, ...] = ()  # words of anchor and slug looked for in the body


# -- what it means ----------------------------------------------------------------------------------------------------


class VerdictKind(StrEnum):
    ALIVE = "alive"
    GONE = "gone"
    DNS = "dns"
    REFUSED = "refused"
    PARKED = "parked"
    SOFT404 = "soft404"
    REDIRECTED = "redirected"
    HIJACKED = "hijacked"
    BLOCKED = "blocked"
    TRANSIENT = "transient"
    UNKNOWN = "unknown"

    @property
    def dead(self) -> bool:
        return self in DEAD_KINDS


DEAD_KINDS = frozenset(
    {
        VerdictKind.GONE,
        VerdictKind.DNS,
        VerdictKind.REFUSED,
        VerdictKind.PARKED,
        VerdictKind.SOFT404,
        VerdictKind.REDIRECTED,
        VerdictKind.HIJACKED,
    }
)
# never written as something a reader could click: what answers there is not what was linked
UNCLICKABLE_KINDS = frozenset({VerdictKind.PARKED, VerdictKind.HIJACKED})


class Confidence(StrEnum):
    PROBABLE = "probable"
    CONFIRMED = "confirmed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What all observations of a target come to."""

    kind: VerdictKind
    reason: str  # plain words, a whole sentence
    confidence: Confidence | None = None  # dead kinds only
    first_failed_at: datetime | None = None
    confirmed_at: datetime | None = None
    next_check_at: datetime | None = None
    moved_to: str = ""  # alive elsewhere: where a redirect leads
    rules: tuple[str, ...] = ()  # ids of the sign rows and rules that decided


# -- what is made of it -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedCopy:
    """The last good capture of a dead target in a web archive."""

    target_url: str
    captured_at: datetime | None = None  # None: the archive has none
    archive_url: str = ""
    title: str = ""
    headings: tuple[str, ...] = ()
    text: str = ""
    failures: tuple[datetime, ...] = ()  # captures that were 404 or 410


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A number that carries its reason."""

    name: str
    points: float
    reason: str


class Strength(StrEnum):
    STRONG = "strong"
    POSSIBLE = "possible"


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A page of the user's site that may stand in for a dead target."""

    target_url: str
    rank: int  # 1 is best
    page_url: str
    page_title: str
    score: float
    confidence: float  # 0..1, calibrated
    strength: Strength
    reasons: tuple[Part, ...] = ()


class ContactKind(StrEnum):
    EMAIL = "email"
    FORM = "form"
    TRACKER = "tracker"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A way to reach the people behind a site, and where it was found (what privacy law asks of a sender)."""

    site: str
    kind: ContactKind
    value: str  # address, or URL of the form or tracker
    name: str = ""
    role: str = ""
    source_url: str = ""
    found_at: datetime | None = None
    rank: int = 1  # 1 is best
    reason: str = ""
    deobfuscated: bool = False  # its owner hid it from harvesters


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    parts: tuple[Part, ...]

    @property
    def total(self) -> int:
        """0..100."""
        return round(max(0.0, min(100.0, sum(part.points for part in self.parts))))


class Stage(StrEnum):
    FOUND = "found"
    DRAFTED = "drafted"
    CONTACTED = "contacted"
    REPLIED = "replied"
    DECLINED = "declined"
    WON = "won"
    FIXED = "fixed"
    LOST = "lost"
    DO_NOT_CONTACT = "do_not_contact"


class DraftStatus(StrEnum):
    WAITING = "waiting"  # a claim is not confirmed yet
    READY = "ready"
    APPROVED = "approved"
    SNOOZED = "snoozed"
    REJECTED = "rejected"
    EXPORTED = "exported"
    SENT = "sent"
    WITHDRAWN = "withdrawn"  # the claim fell


class DraftKind(StrEnum):
    """Which of the letters that a page may get."""

    FIRST = "first"
    FOLLOW_UP = "follow-up"  # the reminder
    RECLAIM = "reclaim"  # a link that was won has gone again


class Wait(StrEnum):
    """What a waiting draft waits for."""

    CLAIM = "claim"  # the link that carries it is not confirmed dead yet
    OFFER = "offer"  # a person must choose what to offer
    CONTACT = "contact"  # nobody to write to was found
    LEAVE = "leave"  # a person must allow an address that its owner hid


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A dead link that a letter names."""

    target_url: str
    anchor: str = ""
    offer_url: str = ""  # the page offered for it
    new_url: str = ""  # where the letter says that it moved
    carries: bool = False  # the letter is written for its sake


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLink:
    """A dead link as a letter speaks of it: the link, its target's verdict, and the fixes on offer."""

    link: OutboundLink
    verdict: Verdict
    archived: ArchivedCopy | None = None
    new_url: str = ""  # the page's new address on its own site
    match: Match | None = None  # what the letter may offer
    own: bool = False  # it leads to a page of the user's own, about which they want letters


@dataclass(frozen=True, slots=True, kw_only=True)
class Prospect:
    """A page worth writing about: page, its dead links, whom to write to, whether it is worth it."""

    page_url: str
    page_title: str
    site: str
    language: str
    dead_links: tuple[DeadLink, ...]
    contact: Contact | None
    score: Score
    stage: Stage = Stage.FOUND
    flags: tuple[str, ...] = ()  # why it is not pitched, in words


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A letter for a person to review. Never sent by us."""

    page_url: str
    recipient: str  # e-mail address, or form URL, or "" when no contact was found
    subject: str
    body: str
    template: str
    status: DraftStatus
    note: str = ""  # why it waits, in words
    waits: tuple[Wait, ...] = ()  # the same, for programs
    claims: tuple[Claim, ...] = ()  # what the text names
    dead: Mapping[str, Confidence] = field(default_factory=dict)  # every dead link of the page: what may be named at all
    moved: Mapping[str, str] = field(default_factory=dict)  # those of them that moved → their new addresses
    follow_up_of: int | None = None  # the first letter to the page, for every later one
    kind: DraftKind = DraftKind.FIRST


@dataclass(frozen=True, slots=True, kw_only=True)
class PageDone:
    """The last target of a page has been judged: the page can become a prospect."""

    page_url: str
