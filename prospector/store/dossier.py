"""All that is stored about one letter, gathered for the person who decides about it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from prospector.items import UNCLICKABLE_KINDS, ArchivedCopy, Contact, Match, Observation, OutboundLink, Score, Stage, Verdict, VerdictKind
from prospector.store.codecs import parts_of, unpacked
from prospector.store.draft_rows import StoredDraft
from prospector.store.drafts import Drafts
from prospector.store.events import Event, events_of
from prospector.store.evidence import Evidence
from prospector.store.findings import Alias, Findings
from prospector.store.links import COLUMNS, link_of
from prospector.store.observed import observation_of
from prospector.store.prospects import contact_of
from prospector.store.session import Row, Session
from prospector.store.watching import Sighting, Watching

MOST_LINKS = 40  # dead links shown of one page; the letter names eight
MOST_LOOKS = 30  # observations shown of one target, the latest; and looks at the page


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A dead link of the page with all that speaks for it, and what can be done about it."""

    link_id: int
    link: OutboundLink
    first_seen: datetime
    verdict: Verdict  # what counts: a person's word before the judge's
    judged: VerdictKind | None  # the judge's own
    override: VerdictKind | None  # a person's
    note: str  # the person's reason
    referring_pages: int
    referring_domains: int
    looks: tuple[Observation, ...]  # oldest first, without their bodies
    archived: ArchivedCopy | None
    alias: Alias | None
    matches: tuple[Match, ...]  # best first


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A way to reach the page's people."""

    id: int
    contact: Contact
    gone: bool  # no longer found on the site


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    draft: StoredDraft
    page_title: str
    final_url: str
    site: str
    language: str
    fetched_at: datetime
    outbound_links: int
    score: Score
    stage: Stage
    flags: tuple[str, ...]
    contact_id: int | None
    routes: tuple[Route, ...]  # best first
    claims: tuple[Claim, ...]  # in the order of the page
    more_claims: int  # left out beyond MOST_LINKS
    events: tuple[Event, ...]  # latest first
    seen: tuple[Sighting, ...]  # what the monitor saw of the page since the letter, latest first
    choices: Mapping[str, str | None]  # a person's: target URL → what to offer for it, None for nothing

    def offered(self, claim: Claim) -> str | None:
        """The page that the letter offers for a dead link. In a person's own words a later choice may not stand yet: it counts all the same."""
        url = claim.link.target_url
        if self.draft.edited and url in self.choices:
            return self.choices[url]
        offer = next((one.offer_url for one in self.draft.claims if one.target_url == url), "")
        return offer if offer and offer in self.draft.final_body else None


class Dossiers:
    def __init__(self, session: Session) -> None:
        self._session = session

    def of(self, draft_id: int) -> Dossier | None:
        """None: there is no such draft."""
        draft = Drafts(self._session).get(draft_id)
        head = None if draft is None else self._head(draft.page_url)
        if draft is None or head is None:
            return None
        claims = self._claims(draft.page_url)
        contact_id = draft.chosen_contact_id or head["contact_id"]
        return Dossier(
            draft=draft,
            page_title=head["title"],
            final_url=head["final_url"],
            site=head["site"],
            language=head["language"],
            fetched_at=datetime.fromisoformat(head["fetched_at"]),
            outbound_links=head["outbound_links"],
            score=Score(parts=parts_of(head["parts"] or "[]")),
            stage=Stage(head["stage"] or Stage.FOUND),
            flags=tuple(json.loads(head["flags"] or "[]")),
            contact_id=contact_id,
            routes=self._routes(head["site"], contact_id),
            claims=tuple(map(self._claim, claims[:MOST_LINKS])),
            more_claims=max(0, len(claims) - MOST_LINKS),
            events=events_of(self._session, f"draft {draft_id}")[::-1],
            seen=tuple(reversed(Watching(self._session).sightings_of(draft.page_url)[-MOST_LOOKS:])),
            choices=Findings(self._session).chosen_offers(draft.page_url),
        )

    def html(self, draft_id: int) -> str | None:
        """The snapshot of a draft's page."""
        data = self._session.value(
            "SELECT snapshot FROM resource_pages WHERE url = (SELECT page_url FROM drafts WHERE id = ?)", (draft_id,)
        )
        return None if data is None else unpacked(data)

    def link(self, draft_id: int, link_id: int) -> OutboundLink | None:
        """A link of a draft's page."""
        row = self._session.row(
            f"SELECT {COLUMNS} FROM links WHERE id = ? AND own = 0 AND page_url = (SELECT page_url FROM drafts WHERE id = ?)",  # noqa: S608
            (link_id, draft_id),
        )
        return None if row is None else link_of(row)

    def target_of(self, link_id: int) -> str:
        """Where a link leads; "" if there is no such link."""
        return self._session.value("SELECT target_url FROM links WHERE id = ? AND own = 0", (link_id,)) or ""

    def _head(self, page_url: str) -> Row | None:
        return self._session.row(
            """
            SELECT page.title, page.final_url, page.site, page.language, page.fetched_at, page.outbound_links,
                prospect.parts, prospect.stage, prospect.flags, prospect.contact_id
            FROM resource_pages AS page LEFT JOIN prospects AS prospect ON prospect.page_url = page.url
            WHERE page.url = ?
            """,
            (page_url,),
        )

    def _routes(self, site: str, chosen: int | None) -> tuple[Route, ...]:
        rows = self._session.rows(
            "SELECT * FROM contacts WHERE id = :chosen OR site = :site AND gone_at IS NULL ORDER BY gone_at IS NOT NULL, rank, id",
            {"site": site, "chosen": chosen},
        )
        return tuple(Route(id=row["id"], contact=contact_of(row), gone=row["gone_at"] is not None) for row in rows)

    def _claims(self, page_url: str) -> list[Row]:
        """The content links whose target looks dead, each target at its first place."""
        return self._session.rows(
            f"""
            SELECT min(link.id) AS link_id, {", ".join(f"link.{name.strip()}" for name in COLUMNS.split(","))}, min(link.first_seen) AS first_seen,
                raw.verdict AS judged, raw.override, raw.note, raw.referring_pages, raw.referring_domains
            FROM links AS link
            JOIN target_verdicts AS target ON target.target_url = link.target_url AND target.dead
            JOIN targets AS raw ON raw.url = link.target_url
            WHERE link.page_url = ? AND link.present = 1 AND link.boilerplate = 0 AND link.own = 0
            GROUP BY link.target_url
            ORDER BY link.position, link.id
            """,  # noqa: S608  # COLUMNS is ours
            (page_url,),
        )

    def _claim(self, row: Row) -> Claim:
        link, findings = link_of(row), Findings(self._session)
        verdict = Evidence(self._session).verdict(link.target_url)
        assert verdict is not None  # the row was chosen by it
        return Claim(
            link_id=row["link_id"],
            link=link,
            first_seen=datetime.fromisoformat(row["first_seen"]),
            verdict=verdict,
            judged=None if row["judged"] is None else VerdictKind(row["judged"]),
            override=None if row["override"] is None else VerdictKind(row["override"]),
            note=row["note"],
            referring_pages=row["referring_pages"],
            referring_domains=row["referring_domains"],
            looks=self._looks(link.target_url),
            archived=findings.archived(link.target_url),
            alias=None if verdict.kind in UNCLICKABLE_KINDS else findings.alias(link.target_url),  # the site is in other hands
            matches=findings.matches(link.target_url),
        )

    def _looks(self, target_url: str) -> tuple[Observation, ...]:
        """Without the stored bodies: unpacking them takes longer than all else."""
        rows = self._session.rows(
            "SELECT *, NULL AS html FROM observations WHERE target_url = ? ORDER BY observed_at DESC, id DESC LIMIT ?",
            (target_url, MOST_LOOKS),
        )
        return tuple(observation_of(row) for row in reversed(rows))
