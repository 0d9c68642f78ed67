"""A campaign's database, opened: one attribute per subject. Bound to the thread that opened it."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from prospector.store.backlinks import Backlinks
from prospector.store.desk import Desk
from prospector.store.dossier import Dossiers
from prospector.store.drafts import Drafts
from prospector.store.errors import StoreError
from prospector.store.evidence import Evidence
from prospector.store.figures import Figures
from prospector.store.findings import Findings
from prospector.store.forgetting import Forgotten, Person, forget, person_of, scrub_file
from prospector.store.journal import Journal
from prospector.store.lock import CrawlLock
from prospector.store.own_pages import OwnPages
from prospector.store.pages import Pages
from prospector.store.profile import Profile
from prospector.store.prospects import Prospects
from prospector.store.ranks import Ranks
from prospector.store.reports import Reports
from prospector.store.runs import Runs
from prospector.store.schema import prepare
from prospector.store.seeds import SeedBook
from prospector.store.session import Session
from prospector.store.signals import Signals
from prospector.store.site_index import SiteIndex
from prospector.store.visits import Visits
from prospector.store.watching import Watching
from prospector.store.winnings import Outcomes


class Store:
    """Every method raises StoreError when the database can't do what is asked: full disk, locked, not writable, damaged."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.runs = Runs(session)
        self.visits = Visits(session)
        self.pages = Pages(session)
        self.evidence = Evidence(session)
        self.site = SiteIndex(session)
        self.findings = Findings(session)
        self.prospects = Prospects(session)
        self.drafts = Drafts(session)
        self.ranks = Ranks(session)
        self.signals = Signals(session)
        self.backlinks = Backlinks(session)
        self.seeds = SeedBook(session)
        self.reports = Reports(session)
        self.journal = Journal(session)
        self.desk = Desk(session)
        self.dossiers = Dossiers(session)
        self.figures = Figures(session)
        self.watching = Watching(session)
        self.profile = Profile(session)
        self.own_pages = OwnPages(session)
        self.outcomes = Outcomes(session)

    @classmethod
    def open(cls, path: Path, *, create: bool = True) -> Self:
        """Open a campaign's database, bring an older one up to date.

        :param create: make the file and its folder where they are missing.
        :raises StoreError: missing, not a database of ours, written by a newer version, not writable, disk full.
        """
        if create:
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise StoreError(
                    f"{path.parent}: the folder can't be made ({error.strerror}). Choose another place for the campaign."
                ) from error
        elif not path.is_file():
            raise StoreError(f"{path}: there is no such database yet. Run `scrapy crawl resources` first.")
        session = Session(path)
        try:
            prepare(session)
        except BaseException:
            session.close()
            raise
        return cls(session)

    @property
    def path(self) -> Path:
        return self._session.path

    def lock(self, kind: str, *, now: datetime) -> CrawlLock:
        """Keep other crawls off this database, until `release()` or the end of the process; also a context manager.

        :param kind: the spider's name, for the other crawl's message.
        :raises StoreError: another crawl holds it.
        """
        return CrawlLock(self._session, kind, now=now)

    def whom(self, what: str) -> Person | None:
        """Who is meant by an address or a domain, with all that is stored of them; None if it is neither."""
        return person_of(self._session, what)

    def forget(self, person: Person, *, now: datetime) -> Forgotten:
        """Remove a person from every table, the journal, the saved pages and the file's free space. Hold the `lock` meanwhile."""
        found = forget(self._session, person, now=now)
        scrub_file(self._session)
        return found

    def together(self) -> AbstractContextManager[None]:
        """What is read and written inside happens at once or not at all; no other program writes meanwhile. Keep it short."""
        return self._session.write()

    def close(self) -> None:
        self._session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()
