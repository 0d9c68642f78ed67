"""The ingest's side of the board: what is wanted is handed out, what comes is matched with it, and leaves the stream when it is in the database.

Nothing here need outlive the process. A result that the stream still holds from before is taken when its page or target is wanted again;
one that is in the database already is wanted by nobody.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable
from urllib.parse import urlsplit

from prospector.checking.checker import handfuls
from prospector.checking.failures import Failed
from prospector.checking.observe import Look, Wanted
from prospector.distributed.board import Board, Job, Kind, Result, put_an_end_to
from prospector.distributed.codec import look_of
from prospector.distributed.extra import RedisError
from prospector.items import Outcome
from prospector.store import Store

logger = logging.getLogger(__name__)

MAX_PENDING = 50_000  # targets handed out at a time; beyond, `put` waits
AT_ONCE = 500  # jobs handed out in one go
WAIT = 0.05  # seconds that a look at the stream waits for results, and new jobs for being handed out
AWAY = 0.3  # seconds between two attempts while Redis is away

Key = tuple[Kind, str]


class Exchange:
    """Pages and targets → the board → answers and looks. Has what a spider expects of a checker."""

    def __init__(self, board: Board, store: Store, *, run_id: str, on_lost_seat: Callable[[], None]) -> None:
        self._board = board
        self._store = store
        self._run_id = run_id
        self._on_lost_seat = on_lost_seat
        self._wanted: dict[Key, Job] = {}
        self._new: deque[Job] = deque()
        self._early: dict[Key, Result] = {}  # in the stream, not wanted (yet)
        self._pages: dict[str, asyncio.Future[Result]] = {}
        self._looks: asyncio.Queue[Look | None] = asyncio.Queue()
        self._unread: list[Look] = []  # of these, the handful that is being gathered
        self._unkept: dict[Key, str] = {}  # handed on, its entry still in the stream
        self._read_before: dict[str, str | None] = {}  # page → when it had been visited when it was handed on
        self._kept: list[str] = []  # entries that may go
        self._room = asyncio.Event()
        self._room.set()
        self._at = "0"
        self._quiet_since = asyncio.get_running_loop().time()
        self._pump: asyncio.Task[None] | None = None
        self.checked = 0
        self.under_way = 0  # of those handed out nobody here knows which were begun

    # -- as a checker ------------------------------------------------------------------------------------------------------

    @property
    def waiting(self) -> int:
        """Targets wanted that did not come yet."""
        return len(self._wanted) - len(self._pages)

    @property
    def outstanding(self) -> int:
        return self.waiting + self._looks.qsize() + len(self._unread)

    async def put(self, wanted: Wanted) -> None:
        """Have a target checked. Waits while too many wait already."""
        while self.waiting >= MAX_PENDING:
            self._room.clear()
            await self._room.wait()
        self._want(Job(kind="check", url=wanted.url, told={"anchors": wanted.anchors, "fragments": wanted.fragments}))

    async def handfuls(self) -> AsyncIterator[list[Look]]:
        """Looks as they come, until `finish`."""
        async for looks in handfuls(self._looks, self._unread):
            self.checked += len(looks)
            yield looks

    def finish(self) -> None:
        """No more targets will come and all looks were handed on."""
        self._looks.put_nowait(None)

    def drop_waiting(self) -> None:
        """Want no more targets: the next run does."""
        self._wanted = {key: job for key, job in self._wanted.items() if key[0] == "page"}
        self._new = deque(job for job in self._new if job.kind == "page")
        self._room.set()

    def slowest(self) -> tuple[str, int]:
        """Which host keeps the workers longest is theirs to know."""
        return "workers", self.waiting

    async def close(self) -> list[Look]:
        """Looks that came and were not handed on."""
        looks, self._unread = self._unread, []
        while not self._looks.empty():
            if (look := self._looks.get_nowait()) is not None:
                looks.append(look)
        return looks

    # -- pages -------------------------------------------------------------------------------------------------------------

    async def page(self, url: str, headers: dict[str, str]) -> Result:
        """Have a page fetched. Raises Failed when the run is stopped before it came."""
        future = self._pages.get(url)
        if future is None:
            future = self._pages[url] = asyncio.get_running_loop().create_future()
            self._want(Job(kind="page", url=url, told=headers))
        return await asyncio.shield(future)

    def stop(self) -> None:
        """Pages that did not come will not."""
        for future in self._pages.values():
            if not future.done():
                future.set_exception(Failed(Outcome.OUR_ERROR, "the run was stopped"))
                future.exception()  # it may be that nobody waits any more
        self._pages.clear()
        self._wanted.clear()
        self._new.clear()

    # -- the stream --------------------------------------------------------------------------------------------------------

    async def begin(self) -> None:
        """Read what an earlier run left in the stream, then go on reading."""
        while found := await self._board.persistently(lambda: self._board.results(after=self._at, wait=0.001)):
            for result in found:
                self._at = result.entry
                self._early[result.kind, result.url] = result
        self._pump = asyncio.ensure_future(self._read())

    def kept(self, target_urls: Iterable[str]) -> None:
        """Looks at these are in the database."""
        for url in target_urls:
            if entry := self._unkept.pop(("check", url), None):
                self._kept.append(entry)

    async def end(self, *, complete: bool) -> None:
        """The run is over. complete: nothing is left to do, so what is on the board or in the stream is of no use."""
        if self._pump is not None:
            await put_an_end_to(self._pump)
        try:
            self._note_read_pages()
            if complete:
                self._kept += [*self._unkept.values(), *(result.entry for result in self._early.values())]
            await self._board.forget(self._kept)
            await self._board.clear()
            await self._board.leave()
        except RedisError:
            logger.warning("Redis does not answer. What is left there is sorted out by the next run.")

    async def _read(self) -> None:
        again = False  # hand out anew what did not come: Redis may have lost it
        while True:
            try:
                if not await self._board.sit():
                    self._on_lost_seat()
                    return
                await self._hand_out()
                await self._clean_up()
                found = await self._board.results(after=self._at, wait=WAIT)
                for result in found:
                    self._at = result.entry
                    self._take(result)
                if not found and (again or self._long_quiet()):  # what was done stands in the stream: only at its end is anything missing
                    self._quiet_since = asyncio.get_running_loop().time()
                    self._new = deque(self._wanted.values())
                    again = False
            except RedisError as error:
                if not again:
                    logger.warning("Redis does not answer (%s). Waiting for it.", str(error).strip() or type(error).__name__)
                again = True
                await asyncio.sleep(AWAY)

    def _long_quiet(self) -> bool:
        return bool(self._wanted) and asyncio.get_running_loop().time() - self._quiet_since > self._board.lease

    async def _hand_out(self) -> None:
        while self._new:
            some = [self._new[n] for n in range(min(AT_ONCE, len(self._new)))]
            await self._board.hand_out((urlsplit(job.url).hostname or "", job) for job in some if (job.kind, job.url) in self._wanted)
            for _ in some:
                self._new.popleft()

    async def _clean_up(self) -> None:
        self._note_read_pages()
        kept, self._kept = self._kept, []
        try:
            await self._board.forget(kept)
        except RedisError:
            self._kept += kept
            raise

    def _note_read_pages(self) -> None:
        for url, before in list(self._read_before.items()):
            if self._store.visits.visited_at(url) != before:
                del self._read_before[url]
                if entry := self._unkept.pop(("page", url), None):
                    self._kept.append(entry)

    def _want(self, job: Job) -> None:
        key = job.kind, job.url
        self._wanted[key] = job
        early = self._early.pop(key, None)
        if early is None:
            self._new.append(job)
        else:
            self._take(early, early=True)

    def _take(self, result: Result, *, early: bool = False) -> None:
        key = result.kind, result.url
        self._quiet_since = asyncio.get_running_loop().time()
        job = self._wanted.get(key)
        if job is None:
            if key in self._unkept:  # handed on a moment ago: this one is too many
                self._kept.append(result.entry)
            else:
                self._early[key] = result
            return
        if result.kind == "check":
            look = look_of(result.url, result.found, run_id=self._run_id)
            if early and self._is_known(look):  # it was committed, and the stream not told any more
                self._kept.append(result.entry)
                self._new.append(job)
                return
            self._looks.put_nowait(look)
            self._room.set()
        else:
            self._read_before[result.url] = self._store.visits.visited_at(result.url)
            future = self._pages.pop(result.url)
            if not future.done():
                future.set_result(result)
        del self._wanted[key]
        self._unkept[key] = result.entry

    def _is_known(self, look: Look) -> bool:
        times = {seen.observed_at for seen in self._store.evidence.observations(look.target_url)}
        return any(seen.observed_at in times for seen in look.observations)
