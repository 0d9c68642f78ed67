"""The review desk as a web app on this machine: its addresses, and who answers them."""

from __future__ import annotations

import base64
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from prospector.campaign import Campaign
from prospector.deciding import Decisions, Done, Refused
from prospector.review import dashboard, deeds, export_page
from prospector.review.draft_page import draft_values, letter_values
from prospector.review.filters import read_filter, read_page
from prospector.review.guard import SNAPSHOT_POLICY, Guard, framed_by_us
from prospector.review.letter import MAX_BODY, MAX_SUBJECT
from prospector.review.pages import Pages, number_of
from prospector.review.queue_page import queue_values
from prospector.review.snapshot import framed
from prospector.store import Store, StoreError
from prospector.store.dossier import Dossier

_LOG = logging.getLogger(__name__)
HOST = "127.0.0.1"
STATIC = Path(__file__).parent / "static"
_NO_LETTER = "There is no letter with this number. It may have been removed; go back to the queue."
MAX_POST = 1_000_000  # bytes
MOST_DIGITS = 15  # SQLite's numbers end at nineteen


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """One campaign at the desk. Everything in it belongs to the thread that opened the store."""

    store: Store
    campaign: Campaign
    decisions: Decisions
    now: Callable[[], datetime]
    guard: Guard = field(default_factory=Guard)


@asynccontextmanager
async def serving(desk: Desk, *, port: int) -> AsyncIterator[str]:
    """The desk's origin, such as http://127.0.0.1:8050, while it is open.

    :param port: 0 for any that is free.
    :raises OSError: the port is taken.
    """
    runner = web.AppRunner(application(desk), access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, HOST, port).start()
        port = runner.addresses[0][1]
        desk.guard.listens_at(port)
        yield f"http://{HOST}:{port}"
    finally:
        await runner.cleanup()


def application(desk: Desk) -> web.Application:
    handlers = _Handlers(desk)
    app = web.Application(middlewares=[desk.guard.middleware(), handlers.plainly()], client_max_size=MAX_POST)
    number = rf"{{id:\d{{1,{MOST_DIGITS}}}}}"
    app.add_routes(
        [
            web.get("/", handlers.queue),
            web.get("/dashboard", handlers.dashboard),
            web.get("/export", handlers.export),
            web.post("/export", handlers.hand_over),
            web.post("/export/look", handlers.make_due),
            web.get(f"/drafts/{number}", handlers.draft),
            web.get(f"/drafts/{number}/page", handlers.snapshot),
            web.post(f"/drafts/{number}/preview", handlers.preview),
            web.post(f"/drafts/{number}/{{deed}}", handlers.on_draft),
            web.post(f"/targets/{number}/{{deed}}", handlers.on_target),
            web.post("/bulk", handlers.bulk),
            web.post("/undo", handlers.undo),
            web.static("/static", STATIC),
        ]
    )
    return app


class _Handlers:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._pages = Pages(token=desk.guard.token, campaign=desk.campaign.name)

    # -- pages -------------------------------------------------------------------------------------------------------------

    async def queue(self, request: web.Request) -> web.Response:
        return self._page("queue.html", **queue_values(self._desk.store, read_filter(request.query), read_page(request.query)))

    async def draft(self, request: web.Request) -> web.Response:
        dossier, now = self._dossier(request), self._desk.now()
        return self._page("draft.html", **draft_values(self._desk.decisions, dossier, read_filter(request.query), now=now))

    async def dashboard(self, request: web.Request) -> web.Response:
        del request
        return self._page("figures.html", body=dashboard.page(self._desk.store, self._desk.campaign, self._desk.now()))

    async def export(self, request: web.Request) -> web.Response:
        del request
        return self._page("export.html", **export_page.export_values(self._desk.decisions, now=self._desk.now()))

    async def snapshot(self, request: web.Request) -> web.Response:
        if not framed_by_us(request):
            raise web.HTTPForbidden(text="A saved page is shown inside its letter only: it may be hostile.")
        draft_id, link = _id(request), request.query.get("link", "")
        html = self._desk.store.dossiers.html(draft_id)
        draft = self._desk.store.drafts.get(draft_id)
        if html is None or draft is None:
            raise web.HTTPNotFound(text="There is no such page.")
        marked = self._desk.store.dossiers.link(draft_id, int(link)) if link.isdecimal() and len(link) <= MOST_DIGITS else None
        text = framed(html, marked, base=draft.page_url)
        headers = {"Content-Security-Policy": SNAPSHOT_POLICY}
        return web.Response(body=text.encode("utf-8", "replace"), content_type="text/html", charset="utf-8", headers=headers)

    # -- deeds -------------------------------------------------------------------------------------------------------------

    async def preview(self, request: web.Request) -> web.Response:
        wishes = await deeds.wishes_of(request)
        subject, body = str(wishes.get("subject", ""))[:MAX_SUBJECT], str(wishes.get("body", ""))[:MAX_BODY]
        draft = self._desk.store.drafts.get(_id(request))
        if draft is None:
            raise web.HTTPNotFound(text=_NO_LETTER)
        values = letter_values(self._desk.decisions, draft, subject=subject, body=body)
        now = self._desk.now()
        return web.json_response(
            {
                "mail": self._pages.render("_mail.html", now=now, **values),
                "lint": self._pages.render("_lint.html", now=now, **values),
                "errors": values["errors"],
            }
        )

    async def on_draft(self, request: web.Request) -> web.Response:
        wishes, draft_id = await deeds.wishes_of(request), _id(request)
        deed = request.match_info["deed"]
        if deed == "undo":
            return self._undo(wishes, draft_id)
        result = deeds.on_draft(self._desk.decisions, deed, draft_id, wishes, now=self._desk.now())
        return _told(result)

    async def on_target(self, request: web.Request) -> web.Response:
        """The number is that of a link to the target: targets have addresses, not numbers."""
        wishes = await deeds.wishes_of(request)
        target_url = self._desk.store.dossiers.target_of(_id(request))
        if not target_url:
            raise web.HTTPNotFound
        result = deeds.on_target(self._desk.decisions, request.match_info["deed"], target_url, wishes, now=self._desk.now())
        return _told(result)

    async def bulk(self, request: web.Request) -> web.Response:
        wishes, now, decisions = await deeds.wishes_of(request), self._desk.now(), self._desk.decisions
        deed = str(wishes.get("deed", ""))
        if deed not in {"approve", "reject", "snooze", "reopen", "mark"}:
            raise deeds.BadRequestError("“deed” is approve, reject, snooze, reopen or mark")
        done, refused = await deeds.in_bulk(
            deeds.draft_ids(wishes), lambda draft_id: deeds.on_draft(decisions, deed, draft_id, wishes, now=now)
        )
        return web.json_response(deeds.told_of_many(self._desk.store, deed, done, refused))

    async def hand_over(self, request: web.Request) -> web.Response:
        """The file travels inside the answer: only our own page, which has the token, can ask for it."""
        result = export_page.handed_over(self._desk.decisions, await deeds.wishes_of(request), now=self._desk.now())
        if isinstance(result, Refused):
            return _told(result)
        made, said, events = result
        content = base64.b64encode(made.content).decode()
        out_today = number_of(self._desk.decisions.out_today(now=self._desk.now()), "letter")
        said_of_it = {"said": said, "out_today": out_today, "ids": made.letters, "events": events}
        return web.json_response({"name": made.name, "kind": made.kind, "content": content, **said_of_it})

    async def make_due(self, request: web.Request) -> web.Response:
        await deeds.wishes_of(request)
        return _told(export_page.make_due(self._desk.decisions, now=self._desk.now()))

    async def undo(self, request: web.Request) -> web.Response:
        return self._undo(await deeds.wishes_of(request))

    def _undo(self, wishes: deeds.Wishes, draft_id: int | None = None) -> web.Response:
        events = deeds.draft_ids(wishes, "events") if wishes.get("events") else []
        return _told(deeds.undo(self._desk.decisions, events, draft_id=draft_id, now=self._desk.now()), undone=True)

    # -- what all of them need ---------------------------------------------------------------------------------------------

    def _dossier(self, request: web.Request) -> Dossier:
        dossier = self._desk.store.dossiers.of(_id(request))
        if dossier is None:
            raise web.HTTPNotFound(text=_NO_LETTER)
        return dossier

    def _page(self, template: str, *, status: int = 200, **values: object) -> web.Response:
        html = self._pages.render(template, now=self._desk.now(), **values)
        return web.Response(body=html.encode("utf-8", "replace"), status=status, content_type="text/html", charset="utf-8")

    def plainly(self) -> Middleware:
        """Whatever goes wrong is told in plain words: as JSON to our script, as a page to a person."""

        @web.middleware
        async def told(request: web.Request, handler: Handler) -> web.StreamResponse:
            try:
                return await handler(request)
            except deeds.BadRequestError as error:
                status, reason = 400, f"The desk does not understand this: {error}. Reload the page and try again."
            except web.HTTPRequestEntityTooLarge:
                status, reason = 413, "That is too long."
            except web.HTTPException as error:
                plain = error.text and not error.text.startswith(f"{error.status}:")
                status, reason = error.status, (error.text or "") if plain else "There is nothing here. Go back to the queue."
            except StoreError as error:
                status, reason = 503, str(error)
            except Exception:  # noqa: BLE001  # a mistake of ours must not leave without our headers
                _LOG.exception("the desk failed at %s", request.path)
                status, reason = (
                    500,
                    "The desk made a mistake, which the terminal tells in full. Nothing was changed. Go back and try again.",
                )
            if request.method != "GET":
                return web.json_response({"reason": reason}, status=status)
            return self._page("message.html", status=status, message=reason)

        return told


def _id(request: web.Request) -> int:
    return int(request.match_info["id"])


def _told(result: Done | Refused, *, undone: bool = False) -> web.Response:
    if isinstance(result, Refused):
        asked = {"asks": [result.question]} if result.question else {}
        return web.json_response({"reason": result.reason, **asked}, status=409)
    events = [] if undone or result.event_id is None else [result.event_id]
    return web.json_response({"said": result.said, "events": events, "draft": result.draft_id})
