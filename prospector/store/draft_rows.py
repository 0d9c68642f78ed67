"""A draft as the database holds it: the dataclass, and its columns' values there and back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from prospector.items import Claim, DraftKind, DraftStatus, Wait
from prospector.store.codecs import json_text, sparse, time_text
from prospector.store.session import Row

_TIMES = ("created_at", "updated_at", "released_at", "hidden_address_allowed_at", "snoozed_until", "exported_at", "sent_at", "outcome_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDraft:
    id: int
    page_url: str
    recipient: str
    subject: str
    body: str
    edited_subject: str | None  # a person's wording, where there is one
    edited_body: str | None
    template: str
    status: DraftStatus
    note: str
    created_at: datetime
    updated_at: datetime
    follow_up_of: int | None = None  # the first letter to the page, for every later one
    kind: DraftKind = DraftKind.FIRST
    waits: tuple[Wait, ...] = ()
    claims: tuple[Claim, ...] = ()  # the dead links that the text names
    released_at: datetime | None = None  # since when an approved one may go out; None while a claim of it is not confirmed
    fresh_subject: str | None = None  # a crawl's newer text for one that a person edited, shown beside it
    fresh_body: str | None = None
    chosen_contact_id: int | None = None  # a person's choice; None: the prospect's own contact
    hidden_address_allowed_at: datetime | None = None  # a person's leave to use an address that its owner hid
    snoozed_until: datetime | None = None
    message_id: str = ""  # of the letter as it was sent
    receipt: str = ""  # its number in the suppression list
    exported_at: datetime | None = None
    sent_at: datetime | None = None
    outcome: str = ""  # the last that a person told of it
    outcome_at: datetime | None = None

    @property
    def edited(self) -> bool:
        return self.edited_subject is not None or self.edited_body is not None

    @property
    def final_subject(self) -> str:
        return self.subject if self.edited_subject is None else self.edited_subject

    @property
    def final_body(self) -> str:
        return self.body if self.edited_body is None else self.edited_body

    @property
    def exportable(self) -> bool:
        """A person approved it, and the claim that carries it is confirmed."""
        return self.status is DraftStatus.APPROVED and self.released_at is not None


def draft_of(row: Row) -> StoredDraft:
    return StoredDraft(**decoded(row))


def decoded(columns: Mapping[str, Any]) -> dict[str, Any]:
    """Columns of a draft as the dataclass has them."""
    values = dict(columns)
    for name in _TIMES:
        if values.get(name) is not None:
            values[name] = datetime.fromisoformat(values[name])
    if "status" in values:
        values["status"] = DraftStatus(values["status"])
    if "kind" in values:
        values["kind"] = DraftKind(values["kind"])
    if "waits" in values:
        values["waits"] = tuple(Wait(wait) for wait in json.loads(values["waits"]))
    if "claims" in values:
        values["claims"] = tuple(Claim(**claim) for claim in json.loads(values["claims"]))
    return values


def encoded(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values of a draft as the columns, and the journal, have them."""
    return {name: _encoded(name, value) for name, value in values.items()}


def _encoded(name: str, value: Any) -> Any:
    if name == "claims":
        return json_text([sparse(claim) for claim in value])
    if name == "waits":
        return json_text(list(value))
    return time_text(value) if isinstance(value, datetime) else value
