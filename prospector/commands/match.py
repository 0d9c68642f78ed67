"""`scrapy match`: compare your pages with the dead targets again, without asking anybody; with `--explain`, why a page is offered, or none."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, ClassVar

from scrapy.commands import ScrapyCommand

from prospector.campaign import Campaign, Thresholds
from prospector.commands._shared import (
    QUIET_SETTINGS,
    CommandError,
    add_campaign_option,
    add_help,
    check_arguments,
    chosen_campaign,
    chosen_letters,
    open_store,
    run_plainly,
    say,
    suppressions_setting,
)
from prospector.drafting import Drafted, Writer, open_suppressions
from prospector.items import DraftStatus, Match
from prospector.links.urls import normalise
from prospector.matching.rank import Ranker
from prospector.offers import Rematched, compared, topic_in
from prospector.spiders.clock import utc_now
from prospector.store import Store
from prospector.summary import many
from prospector.terminal import harmless
from prospector.words import label

USAGE = "scrapy match [--dry-run] [--explain URL]"
MOST_SHOWN = 40
MOST_WIDE = 200  # characters of one piece of a topic
PROGRESS_INTERVAL = 0.5  # seconds
CLEAR_LINE = "\r\x1b[K"
UNDECIDED = frozenset({DraftStatus.WAITING, DraftStatus.READY, DraftStatus.WITHDRAWN})


class Command(ScrapyCommand):
    requires_project = False
    requires_crawler_process = False
    default_settings: ClassVar[dict[str, Any]] = QUIET_SETTINGS

    def syntax(self) -> str:
        return "[options]"

    def short_desc(self) -> str:
        return "Compare your pages with the dead links again, or explain an offer"

    def long_desc(self) -> str:
        return (
            "Match all dead targets with your pages again, after your site or the program's weights changed. No request is made. Letters that "
            "nobody edited or decided about are written anew where another page fits now; the others stay as they are. With --explain: what a "
            "dead target was about, which of your pages come nearest, and why one is offered, or none."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add_campaign_option(parser)
        parser.add_argument("--dry-run", action="store_true", help="only show what would change")
        parser.add_argument("--explain", metavar="URL", help="show how the offer for this dead address comes about; changes nothing")
        add_help(
            parser,
            examples="""
                scrapy crawl site
                scrapy match --dry-run
                scrapy match
                scrapy match --explain http://old.example/compost.html
            """,
            exit_codes="""
                0  done, whether or not anything changed
                1  nothing has been crawled yet, none of your pages is indexed, the address is on no page, or a crawl is at work
                2  the campaign file, a template or an option is wrong
            """,
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        self.exitcode = run_plainly(lambda: _match(args, opts, suppressions_setting(self)))


def _match(args: list[str], opts: argparse.Namespace, suppressions: str | None) -> None:
    check_arguments(args, opts, at_most=0, usage=USAGE)
    campaign = chosen_campaign(opts.campaign)
    if opts.explain is not None:
        with open_store(campaign) as store:
            for line in explained(store, campaign, opts.explain):
                print(harmless(line))
        return
    chosen_letters(campaign)
    with open_store(campaign) as store, store.lock("match", now=utc_now()), open_suppressions(campaign, suppressions) as listed:
        changed = list(_told(store, campaign, save=not opts.dry_run))
        if opts.dry_run:
            say(f"{many(len(changed), 'dead address', 'dead addresses')} would get another offer." if changed else "No offer would change.")
        else:
            _write(store, Writer(store, campaign, listed), changed)
    sys.stdout.flush()


def _told(store: Store, campaign: Campaign, *, save: bool) -> Iterator[Rematched]:
    """Targets for which something else is offered now, each in a line on stdout."""
    ranker = _ranker(store)
    targets = store.findings.matchable()
    shown = 0
    for one in _with_progress(compared(store, ranker, campaign.thresholds, targets, save=save, now=utc_now()), len(targets)):
        if not one.changed:
            continue
        shown += 1
        if shown <= MOST_SHOWN:
            print(harmless(f"{_offer(one.before)} -> {_offer(one.after)}  {one.target_url}"))
        yield one
    if shown > MOST_SHOWN:
        print(f"and {shown - MOST_SHOWN} more")
    say(f"{many(len(targets), 'dead address', 'dead addresses')} compared with {many(ranker.documents, 'page')} of yours.")


def _ranker(store: Store) -> Ranker:
    ranker = Ranker(store.site)
    if not ranker.documents:
        raise CommandError("None of your pages is indexed yet, so there is nothing to compare with. Index them: scrapy crawl site")
    return ranker


def _with_progress(work: Iterable[Rematched], number: int) -> Iterator[Rematched]:
    """On a terminal a line that moves."""
    shown = sys.stderr.isatty()
    last = time.monotonic()
    for done, one in enumerate(work, start=1):
        if shown and time.monotonic() - last >= PROGRESS_INTERVAL:
            last = time.monotonic()
            sys.stderr.write(f"{CLEAR_LINE}{done} of {number} dead addresses compared")
            sys.stderr.flush()
        if shown and one.changed:
            sys.stderr.write(CLEAR_LINE)
        yield one
    if shown:
        sys.stderr.write(CLEAR_LINE)


def _offer(matches: Sequence[Match]) -> str:
    return f"{matches[0].strength} {matches[0].page_url}" if matches else "nothing"


def _write(store: Store, writer: Writer, changed: Sequence[Rematched]) -> None:
    """The letters of the pages on which something else is offered now."""
    if not changed:
        say("No offer changed.")
        return
    pages = dict.fromkeys(page for one in changed for page in store.pages.done_with(one.target_url))
    kept = [page for page in pages if _is_a_persons(store, page)]
    became = [writer.redraft(page, now=utc_now()) for page in pages if page not in set(kept)]
    say(
        f"{many(len(changed), 'dead address has', 'dead addresses have')} another offer. {became.count(Drafted.NEW)} letters new, "
        f"{became.count(Drafted.UPDATED)} written anew, {became.count(Drafted.WITHDRAWN)} withdrawn."
    )
    if kept:
        say(f"{many(len(kept), 'letter')} that you edited or decided about stayed as written. See whether the offer still holds:")
        for page in kept[:MOST_SHOWN]:
            say(f"  {page}")


def _is_a_persons(store: Store, page_url: str) -> bool:
    draft = store.drafts.of_page(page_url)
    return draft is not None and (draft.edited or draft.status not in UNDECIDED)


# -- explaining --------------------------------------------------------------------------------------------------------------


def explained(store: Store, campaign: Campaign, url: str) -> Iterator[str]:
    """Line by line: what is known of the target, what your pages have to do with it, and what follows.

    :raises CommandError: nobody links to it, or there is no page to compare with.
    """
    target_url = normalise(url, url) or url
    verdict = store.evidence.verdict(target_url)
    sightings = store.pages.sightings(target_url)
    if not sightings:
        raise CommandError(f"{url}: no page of this campaign links to it. To see which addresses are dead: scrapy export dead-links")
    ranker, topic, thresholds = _ranker(store), topic_in(store, target_url), campaign.thresholds
    yield target_url
    if verdict is None:
        yield "  not checked yet"
    else:
        yield f"  {label(verdict.kind)}{f', {label(verdict.confidence)}' if verdict.confidence else ''}: {verdict.reason}"
    yield f"  {many(len({seen.page_url for seen in sightings}), 'page links', 'pages link')} to it, the first of them {sightings[0].page_url}"
    if alias := store.findings.alias(target_url):
        yield f"  it moved to {alias.new_url}, which a letter tells first"
    yield ""
    yield "What it was about"
    width = max(len(piece.source.value) for piece in topic.pieces) if topic.pieces else 0
    for piece in topic.pieces:
        yield f"  {piece.source.value:<{width}}  {_short(piece.text)}"
    yield f"  {'in a few words':<{width}}  {', '.join(ranker.telling_words(topic)) or 'nothing that tells it from other pages'}"
    yield ""
    yield f"Your pages that come nearest, of {ranker.documents}: how sure it is of each, from 0 to 1"
    yield "  (below a page: which share of that page's own score each kind of evidence made, so a weak page's shares can be larger)"
    nearest = ranker.nearest(topic, strong=thresholds.strong)
    for match in nearest:
        yield f"  {match.confidence:.2f}  {match.page_url}  {match.page_title}"
        for part in match.reasons:
            yield f"        {part.points:3.0f} %  {part.name}: {part.reason}"
    if not nearest:
        yield "  none has any of its words"
    yield ""
    yield _conclusion(nearest, thresholds, dead=verdict is not None and verdict.kind.dead)
    if (stored := store.findings.matches(target_url)) and (not nearest or stored[0].page_url != nearest[0].page_url):
        yield f"Stored is still another offer, {_offer(stored)}. To bring it up to date: scrapy match"


def _conclusion(nearest: Sequence[Match], thresholds: Thresholds, *, dead: bool) -> str:
    best = nearest[0].confidence if nearest else 0.0
    if not dead:
        return "Nothing is offered for it: it does not look dead."
    if best >= thresholds.strong:
        return f"The first is offered: it is {best:.0%} sure, and {thresholds.strong:.0%} make a strong match (thresholds.strong)."
    if best >= thresholds.possible:
        return (
            f"The first is a possible offer, for you to decide: it is {best:.0%} sure, and {thresholds.possible:.0%} are enough for that "
            f"(thresholds.possible), {thresholds.strong:.0%} for a strong one (thresholds.strong)."
        )
    why = (
        f"the nearest page is {best:.0%} sure, and {thresholds.possible:.0%} are needed (thresholds.possible)"
        if nearest
        else "no page of yours has its words"
    )
    return f"Nothing fits: {why}. It is among your content gaps: scrapy export content-gaps"


def _short(text: str) -> str:
    return text if len(text) <= MOST_WIDE else f"{text[: MOST_WIDE - 1]}…"
