"""`scrapy verdicts explain|mark|confirm URL`: the evidence behind a verdict, and a person's own word on it."""

from __future__ import annotations

import argparse
import re
from datetime import datetime
from typing import Any, ClassVar

from scrapy.commands import ScrapyCommand

from prospector.campaign import Campaign
from prospector.commands._shared import (
    BAD_INPUT,
    FAILED,
    QUIET_SETTINGS,
    CommandError,
    add_campaign_option,
    add_help,
    check_arguments,
    chosen_campaign,
    open_store,
    run_plainly,
    say,
    show,
)
from prospector.items import Observation, Outcome, Verdict, VerdictKind, Via
from prospector.links.urls import normalise
from prospector.spiders.clock import utc_now
from prospector.store import Store
from prospector.verdicts.explain import explained
from prospector.verdicts.judge import judge
from prospector.words import label

USAGE = "scrapy verdicts explain URL | mark URL dead|alive [--note TEXT] | confirm URL"
# how a person's look is recorded: docs/verdicts.md
ALIVE_STATUS, DEAD_STATUS = 200, 410
# as letters and reports write an address that nobody should click: https://taken[.]example/
_DEFANGED = re.compile(r"\[\.\]|\[dot\]", re.IGNORECASE)


class Command(ScrapyCommand):
    requires_project = False
    requires_crawler_process = False
    default_settings: ClassVar[dict[str, Any]] = QUIET_SETTINGS

    def syntax(self) -> str:
        return "[options] explain URL | mark URL dead|alive | confirm URL"

    def short_desc(self) -> str:
        return "Explain a verdict, or say what you saw yourself"

    def long_desc(self) -> str:
        return (
            "explain: all that was seen of a link's target, the rules that spoke, what would change the verdict. mark: record that you looked; "
            "it counts as one look, and alive wins. confirm: for a hijacked page, which only a person can confirm."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add_campaign_option(parser)
        parser.add_argument("--note", metavar="TEXT", default="", help="what you saw, kept with the evidence")
        add_help(
            parser,
            examples="""
                scrapy verdicts explain https://old.example/guide
                scrapy verdicts mark https://old.example/guide alive --note "opens in my browser"
                scrapy verdicts confirm https://old.example/guide
            """,
            exit_codes="""
                0  done
                1  nothing has been crawled yet, or no page links to this URL
                2  the command, the URL or the campaign file is wrong
            """,
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        self.exitcode = run_plainly(lambda: _verdicts(args, opts))


def _verdicts(args: list[str], opts: argparse.Namespace) -> None:
    check_arguments(args, opts, at_most=3, usage=USAGE)
    match args:
        case ["explain", text]:
            url = _url(text)
            campaign = chosen_campaign(opts.campaign)
            with open_store(campaign) as store:
                _explain(store, campaign, url, now=utc_now())
        case ["mark", text, ("dead" | "alive") as word]:
            _record(_url(text), opts, alive=word == "alive")
        case ["confirm", text]:
            _record(_url(text), opts, alive=False, only_hijacked=True)
        case _:
            raise CommandError(f"Usage: {USAGE}", BAD_INPUT)


def _url(text: str) -> str:
    url = normalise(_DEFANGED.sub(".", text).replace("hxxp", "http", 1) if _DEFANGED.search(text) else text)
    if url is None:
        raise CommandError(f'"{text}" is not a web address. Write it whole, like "https://old.example/guide".', BAD_INPUT)
    return url


def _explain(store: Store, campaign: Campaign, url: str, *, now: datetime) -> None:
    verdict = _known(store, url)
    for line in explained(url, verdict, store.evidence.observations(url), campaign.verdicts.policy(), now=now):
        show(line)
    pages = {seen.page_url for seen in store.pages.sightings(url)}
    show(f"Linked from {len(pages)} {'page' if len(pages) == 1 else 'pages'}: " + ", ".join(sorted(pages)[:5]))


def _record(url: str, opts: argparse.Namespace, *, alive: bool, only_hijacked: bool = False) -> None:
    campaign = chosen_campaign(opts.campaign)
    now = utc_now()
    with open_store(campaign) as store:
        before = _known(store, url)
        if only_hijacked and before.kind is not VerdictKind.HIJACKED:
            raise CommandError(f"{url}: only a hijacked page is confirmed by a person; this one is: {label(before.kind)}.", FAILED)
        look = Observation(
            target_url=url,
            observed_at=now,
            outcome=Outcome.ANSWERED,
            via=Via.PERSON,
            status=ALIVE_STATUS if alive else DEAD_STATUS,
            final_url=url,
            detail=" ".join(opts.note.split()),
        )
        after = judge([*store.evidence.observations(url), look], campaign.verdicts.policy(), now=now)
        store.evidence.save_checks([(look, after)], now=now)
    say(f"{label(before.kind)} -> {label(after.kind)}{f', {label(after.confidence)}' if after.confidence else ''}")
    say("Next: scrapy crawl recheck brings the letters up to date.")


def _known(store: Store, url: str) -> Verdict:
    verdict = store.evidence.verdict(url)
    if verdict is None:
        raise CommandError(f"{url}: no crawled page links to it, or it was not looked at yet. Write it as the page has it.", FAILED)
    return verdict
