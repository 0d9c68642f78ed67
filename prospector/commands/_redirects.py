"""`scrapy backlinks redirects`: own pages that others link to and that are gone → where their visitors should go."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from prospector.backlinks.redirects import Moved, written
from prospector.campaign import Campaign
from prospector.commands._shared import BAD_INPUT, CommandError, chosen_campaign, open_store, say, show
from prospector.export.whole import refuse_to_overwrite, whole_file
from prospector.items import OutboundLink, Strength
from prospector.links.sites import site_of
from prospector.matching.rank import Ranker
from prospector.matching.topic import Sighting, topic_of
from prospector.spiders.reading import own_sites
from prospector.store import Store
from prospector.summary import many


def redirects(args: list[str], opts: argparse.Namespace) -> int:
    if args:
        raise CommandError(f"too many arguments: {' '.join(args)}. Usage: scrapy backlinks redirects -o FILE", BAD_INPUT)
    campaign = chosen_campaign(opts.campaign)
    output = None if opts.output == "-" else Path(opts.output).expanduser()
    if output is not None:
        refuse_to_overwrite(output, replace=opts.replace)
    with open_store(campaign) as store:
        unchecked, pages = len(_unchecked(store, campaign)), list(moved_pages(store, campaign))
        by_letter = len(store.own_pages.to_write_about())
    text = written(pages, opts.format)
    if output is None:
        for line in text.splitlines():
            show(line)
    else:
        with whole_file(output, replace=opts.replace) as unfinished:
            unfinished.write_text(text, "utf-8")
    strong, possible = (sum(page.strength is kind for page in pages) for kind in (Strength.STRONG, Strength.POSSIBLE))
    say(
        f"{many(len(pages), 'dead page')} of yours that others link to: {many(strong, 'redirect')}, {possible} for you to decide, "
        f"{len(pages) - strong - possible} with no page that fits."
    )
    if by_letter:
        say(f"{many(by_letter, 'page')} left out: you marked {'it' if by_letter == 1 else 'them'} to be told in letters.")
    if unchecked:
        say(
            f"{many(unchecked, 'more page')} of yours that others link to {'was' if unchecked == 1 else 'were'} never checked. Check first: scrapy crawl backlinks"
        )
    return 0


def moved_pages(store: Store, campaign: Campaign) -> Iterator[Moved]:
    """Most wanted first."""
    ranker, own = Ranker(store.site), own_sites(campaign)
    if not ranker.documents:
        raise CommandError("None of your pages is indexed yet, so there is nowhere to send visitors. Index them: scrapy crawl site")
    by_letter = store.own_pages.to_write_about()
    for url, sites in store.backlinks.targets():
        if url in by_letter:
            continue
        verdict = store.evidence.verdict(url) if site_of(url) in own else None
        if verdict is not None and verdict.kind.dead:
            yield _moved(store, campaign, ranker, url, sites)


def _moved(store: Store, campaign: Campaign, ranker: Ranker, url: str, sites: int) -> Moved:
    sightings = [
        Sighting(link=OutboundLink(target_url=url, anchor=anchor, context=context), page_title=title, siblings=())
        for anchor, context, title in store.backlinks.words_of(url)
    ]
    topic = topic_of(url, sightings, store.findings.archived(url))
    thresholds = campaign.thresholds
    for match in ranker.best_matches(topic, strong=thresholds.strong, possible=thresholds.possible):
        verdict = store.evidence.verdict(match.page_url)
        if match.page_url != url and not (verdict is not None and verdict.kind.dead):
            why = f"{match.confidence:.0%} sure: {match.page_title}"
            return Moved(url=url, linking_sites=sites, to=match.page_url, strength=match.strength, why=why)
    return Moved(url=url, linking_sites=sites, why="no page of yours is near enough to what it was about")


def _unchecked(store: Store, campaign: Campaign) -> list[str]:
    own = own_sites(campaign)
    return [url for url, _ in store.backlinks.targets() if site_of(url) in own and store.evidence.verdict(url) is None]
