"""What a person does at the desk: each POST is one decision, carried out or refused with the reason."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from prospector.deciding import Decisions, Done, Outcome, Refused
from prospector.review.letter import MAX_BODY, MAX_SUBJECT
from prospector.review.pages import number_of
from prospector.store import Store

SNOOZE_DAYS = 7
MOST_SNOOZE_DAYS = 365
MOST_AT_ONCE = 500
Wishes = Mapping[str, Any]
_PAST = {"approve": "approved", "reject": "rejected", "snooze": "put aside", "reopen": "open again", "mark": "marked"}


class BadRequestError(Exception):
    """The request makes no sense; our own pages never send such."""


def on_draft(decisions: Decisions, deed: str, draft_id: int, wishes: Wishes, *, now: datetime) -> Done | Refused:  # noqa: PLR0911  # a table
    """:raises BadRequestError: no such deed, or something it needs is missing."""
    match deed:
        case "approve":
            return decisions.approve(draft_id, acknowledged=wishes.get("acknowledged") is True, now=now)
        case "reject":
            return decisions.reject(draft_id, note=_text(wishes, "note", MAX_SUBJECT), now=now)
        case "snooze":
            return decisions.snooze(draft_id, until=now + timedelta(days=_days(wishes)), now=now)
        case "reopen":
            return decisions.reopen(draft_id, now=now)
        case "edit":
            return decisions.edit(draft_id, subject=_words(wishes, "subject", MAX_SUBJECT), body=_words(wishes, "body", MAX_BODY), now=now)
        case "offer":
            page = wishes.get("page")
            return decisions.choose_offer(draft_id, _text(wishes, "target", 10_000), None if page is None else str(page), now=now)
        case "contact":
            return decisions.choose_contact(draft_id, _number(wishes, "contact"), now=now)
        case "look":
            return decisions.look_again(draft_id, now=now)
        case "hidden":
            return decisions.allow_hidden_address(draft_id, now=now)
        case "mark":
            return decisions.mark(draft_id, _outcome(wishes), message_id=_text(wishes, "message_id", MAX_SUBJECT), now=now)
        case _:
            raise BadRequestError(f"there is no “{deed[:40]}” here")


def on_target(decisions: Decisions, deed: str, target_url: str, wishes: Wishes, *, now: datetime) -> Done | Refused:
    note = _text(wishes, "note", MAX_SUBJECT)
    match deed:
        case "confirm":
            return decisions.confirm(target_url, note=note, now=now)
        case "alive":
            return decisions.alive(target_url, note=note, now=now)
        case "ignore":
            return decisions.ignore(target_url, now=now)
        case _:
            raise BadRequestError(f"there is no “{deed[:40]}” here")


async def in_bulk(draft_ids: Sequence[int], deed: Callable[[int], Done | Refused]) -> tuple[list[Done], list[tuple[int, Refused]]]:
    """One after the other, each its own transaction, so that a crawl and other pages of the desk get their turns between."""
    done, refused = [], []
    for draft_id in draft_ids:
        result = deed(draft_id)
        if isinstance(result, Done):
            done.append(result)
        else:
            refused.append((draft_id, result))
        await asyncio.sleep(0)
    return done, refused


def told_of_many(store: Store, deed: str, done: Sequence[Done], refused: Sequence[tuple[int, Refused]]) -> Mapping[str, Any]:
    """What a bulk came to. Those that only wait for the person's yes are asked about together, once, each with its question."""
    asked = [(draft_id, answer.question) for draft_id, answer in refused if answer.question]
    left = [answer.reason for _, answer in refused if not answer.question]
    said = f"{number_of(len(done), 'letter')} {_PAST[deed]}."
    if left:
        said += f" {len(left)} could not be: {left[0]}"
    return {
        "said": said,
        "events": [one.event_id for one in done if one.event_id],
        "refused": [draft_id for draft_id, _ in refused],
        "asks": [f"{store.drafts.site(draft)}: {question}" for draft_id, question in asked if (draft := store.drafts.get(draft_id))],
        "ask_ids": [draft_id for draft_id, _ in asked],
    }


def undo(decisions: Decisions, events: Sequence[int], *, draft_id: int | None = None, now: datetime) -> Done | Refused:
    """The last change a person made (to this draft), or those ones, latest first."""
    if not events:
        return decisions.undo(draft_id=draft_id, now=now)
    results = [decisions.undo(event, now=now) for event in sorted(events, reverse=True)]
    refused = [result for result in results if isinstance(result, Refused)]
    if refused:
        return refused[0]
    first = results[0]
    assert isinstance(first, Done)  # for mypy: none was refused
    if len(results) == 1:
        return first
    what_else = first.said.partition(". ")[2]  # that a file is still there, of an export
    return Done(said=f"Undone: {len(results)} letters are as they were. {what_else}".strip())


def draft_ids(wishes: Wishes, key: str = "ids") -> list[int]:
    found = wishes.get(key)
    if not isinstance(found, list) or not all(isinstance(one, int) for one in found):
        raise BadRequestError(f"“{key}” is a list of numbers")
    if len(found) > MOST_AT_ONCE:
        raise BadRequestError(f"at most {MOST_AT_ONCE} at once")
    return found


async def wishes_of(request: web.Request) -> Wishes:
    """:raises BadRequestError: the body is no JSON object."""
    try:
        found = await request.json() if request.can_read_body else {}
    except ValueError as error:
        raise BadRequestError("the body is not JSON") from error
    if not isinstance(found, dict):
        raise BadRequestError("the body is not a JSON object")
    return found


def _outcome(wishes: Wishes) -> Outcome:
    try:
        return Outcome(wishes.get("outcome", ""))
    except ValueError as error:
        raise BadRequestError(f"“outcome” is one of {', '.join(Outcome)}") from error


def _days(wishes: Wishes) -> int:
    days = wishes.get("days", SNOOZE_DAYS)
    if not isinstance(days, int) or not 1 <= days <= MOST_SNOOZE_DAYS:
        raise BadRequestError(f"“days” is a number from 1 to {MOST_SNOOZE_DAYS}")
    return days


def _number(wishes: Wishes, key: str) -> int:
    found = wishes.get(key)
    if not isinstance(found, int):
        raise BadRequestError(f"“{key}” is a number")
    return found


def _text(wishes: Wishes, key: str, most: int) -> str:
    return _words(wishes, key, most) or ""


def _words(wishes: Wishes, key: str, most: int) -> str | None:
    found = wishes.get(key)
    if found is not None and (not isinstance(found, str) or len(found) > most):
        raise BadRequestError(f"“{key}” is a text of at most {most:,} characters")
    return found
