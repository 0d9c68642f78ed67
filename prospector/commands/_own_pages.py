"""`scrapy backlinks mark URL letter|redirect`: which dead pages of yours get letters, because no redirect can be put there."""

from __future__ import annotations

from prospector.campaign import Campaign
from prospector.commands._shared import BAD_INPUT, FAILED, CommandError, open_store, say
from prospector.drafting import Writer, open_suppressions
from prospector.links.sites import site_of
from prospector.links.urls import normalise
from prospector.outreach.templates import OWN_PAGE
from prospector.spiders.clock import utc_now
from prospector.spiders.reading import own_sites
from prospector.store import Store
from prospector.summary import many


def mark_own_page(what: str, mark: str, *, note: str, campaign: Campaign, listed: str | None) -> int:
    """Keep a person's word on a dead page of theirs. What is drafted already follows it at once.

    :param listed: the setting SUPPRESSIONS_DB.
    """
    url = normalise(what)
    if url is None or site_of(url) not in own_sites(campaign):
        sites = " or ".join(sorted(own_sites(campaign))) or "a site of the campaign"
        raise CommandError(f"{what} is no page of yours: letter and redirect are for addresses on {sites}.", BAD_INPUT)
    with open_store(campaign) as store, open_suppressions(campaign, listed) as suppressions:
        if mark == "letter" and not _was_heard_of(store, url):
            raise CommandError(f"{url} is in no imported report, and was never checked. Is it written as the report has it?", FAILED)
        writer = Writer(store, campaign, suppressions)
        if mark == "letter" and not any(one.purpose == OWN_PAGE for one in writer.templates.values()):
            raise CommandError(
                f'{campaign.templates.folder} has no letter with purpose "own-page". Copy one there, or leave the redirect.', BAD_INPUT
            )
        now = utc_now()
        with store.together():
            for page_url in store.own_pages.mark(url, mark, note=note, now=now):
                writer.redraft(page_url, now=now)
        for line in said(store, url, mark):
            say(line)
    return 0


def _was_heard_of(store: Store, url: str) -> bool:
    return store.evidence.verdict(url) is not None or any(target == url for target, _ in store.backlinks.targets())


def said(store: Store, url: str, mark: str) -> list[str]:
    """What follows from the mark."""
    verdict = store.evidence.verdict(url)
    sites = next((number for target, number in store.backlinks.targets() if target == url), 0)
    begin = f"{url} is marked: {mark}."
    if mark == "redirect":
        return [f"{begin} It is in the list of redirects again, and no letter speaks of it."]
    lines = [f"{begin} The list of redirects leaves it out; {many(sites, 'site')} {'links' if sites == 1 else 'link'} to it."]
    if verdict is None:
        lines.append(
            "It was never checked. Letters are drafted once it is confirmed dead: scrapy crawl backlinks, later scrapy crawl recheck"
        )
    elif not verdict.kind.dead:
        lines.append(f"It does not look dead ({verdict.kind}), so nobody is written to.")
    else:
        lines.append("The pages that link to it are read by the next: scrapy crawl backlinks")
    return lines
