"""`scrapy backlinks audit`, `mark` and `disavow`: what the imported profile is like, a person's word on it, and the file for Google."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from prospector.backlinks.audit import ProfileLink, You, audit, names_of
from prospector.backlinks.disavow import DisavowError, disavowal, entry_of
from prospector.commands._own_pages import mark_own_page
from prospector.commands._shared import BAD_INPUT, FAILED, CommandError, chosen_campaign, open_store, say
from prospector.export.as_csv import write_rows
from prospector.export.audit import COLUMNS, as_html, as_rows
from prospector.export.whole import whole_file
from prospector.links.sites import site_of
from prospector.spiders.clock import utc_now
from prospector.spiders.reading import own_sites
from prospector.summary import many

MARKS = ("disavow", "keep")
OWN_MARKS = ("letter", "redirect")  # of a dead page of yours
STANDARD_OUTPUT = "-"  # what another action writes to by default
SHOWN = 20  # lines that are left out, named on the screen
MOST_NEED_NONE = (
    "Most sites need no disavow file: Google passes over most bad links by itself. It is for links that were bought or placed, or for a "
    "manual action that names them."
)


def add_audit_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--note", metavar="TEXT", default="", help="mark: why, for yourself")
    parser.add_argument("--old", metavar="FILE", help="disavow: the file that Google has now; its lines are kept")


def run_audit(args: list[str], opts: argparse.Namespace) -> int:
    """Write what the profile is made of."""
    if args or opts.output in (None, "", STANDARD_OUTPUT):
        raise CommandError("say where to write. Usage: scrapy backlinks audit -o FILE.html", BAD_INPUT)
    path = Path(opts.output).expanduser()
    if path.suffix.lower() not in {".html", ".csv"}:
        raise CommandError(f"{opts.output}: end it in .html for a page, or in .csv for a table.", BAD_INPUT)
    campaign = chosen_campaign(opts.campaign)
    with open_store(campaign) as store:
        if not store.backlinks.count():
            raise CommandError("no backlinks are imported yet. Begin with: scrapy backlinks import FILE…", FAILED)
        own, elsewhere = own_sites(campaign), 0

        def yours() -> Iterator[ProfileLink]:
            nonlocal elsewhere
            for link in store.profile.links():
                if not own or (site_of(link.target_url) in own and link.source_site not in own):
                    yield link
                else:
                    elsewhere += 1

        people = [campaign.sender.client or "", campaign.sender.name]
        you = You(names=names_of([site_of(url) for url in campaign.site_urls()], people), keywords=campaign.keywords)
        found = audit(yours(), you)
        without_target = store.profile.without_target()
    aside = (
        f"{many(without_target, 'link names no page that it leads', 'links name no page that they lead')} to (as in Search Console's latest "
        f"links), so an audit leaves {'it' if without_target == 1 else 'them'} out. Import a report that names both pages."
    )
    if not found.links and without_target:
        raise CommandError(aside, FAILED)
    if not found.links:
        raise CommandError(
            "no imported link leads from another site to a named page of yours, and an audit is of your own profile.", FAILED
        )
    with whole_file(path, replace=opts.replace) as unfinished:
        if path.suffix.lower() == ".csv":
            with unfinished.open("w", encoding="utf-8-sig", newline="") as out:
                write_rows(as_rows(found), COLUMNS, out)
        else:
            unfinished.write_text(as_html(found, campaign=campaign.name, now=utc_now()), "utf-8", newline="\n")
    say(f"{many(found.links, 'link')} of {many(found.sites, 'site')}, {many(len(found.signals), 'signal')} to look at: {opts.output}")
    if elsewhere:
        say(f"{many(elsewhere, 'link')} to other sites, or between pages of yours, {'is' if elsewhere == 1 else 'are'} left out.")
    if without_target:
        say(aside)
    return 0


def run_mark(args: list[str], opts: argparse.Namespace) -> int:
    """Keep a person's word on a page or a domain."""
    usage = "Usage: scrapy backlinks mark URL|DOMAIN disavow|keep, or mark URL letter|redirect [--note TEXT]"
    if len(args) != 2:
        raise CommandError(f"name a page or domain, and what to do with it. {usage}", BAD_INPUT)
    what, mark = args
    if mark in OWN_MARKS:
        return mark_own_page(
            what, mark, note=" ".join(opts.note.split()), campaign=chosen_campaign(opts.campaign), listed=opts.suppressions
        )
    if mark not in MARKS:
        raise CommandError(f'"{mark}" is no mark: say disavow or keep; for a dead page of yours letter or redirect. {usage}', BAD_INPUT)
    entry = entry_of(what)
    if entry is None:
        raise CommandError(
            f'"{what}" is neither an address nor a domain. Write it as https://example.org/page, or as example.org.', BAD_INPUT
        )
    name = entry.domain or entry.url
    campaign = chosen_campaign(opts.campaign)
    with open_store(campaign) as store:
        known = store.profile.is_known(name)
        if not known and mark == "disavow":
            raise CommandError(
                f"no imported link comes from {name}, so there is nothing of it to disavow. Import a report that names it, or write it into a "
                "file of your own: scrapy backlinks disavow -o FILE --old YOURS",
                FAILED,
            )
        store.profile.mark(name, "domain" if entry.domain else "url", mark, note=" ".join(opts.note.split()), now=utc_now())
    if not known:
        say(f"No imported link comes from {name}; the mark is kept all the same.")
    say(f"{name} is marked: {mark}.")
    return 0


def run_disavow(args: list[str], opts: argparse.Namespace) -> int:
    """Write the file for Google's disavow tool."""
    if args or opts.output in (None, "", STANDARD_OUTPUT):
        raise CommandError("say where to write. Usage: scrapy backlinks disavow -o FILE [--old FILE]", BAD_INPUT)
    path = Path(opts.output).expanduser()
    if path.suffix.lower() != ".txt":
        raise CommandError(
            f"{opts.output}: Google takes only files whose names end in .txt. Name it {path.with_suffix('.txt').name}.", BAD_INPUT
        )
    say(MOST_NEED_NONE)
    old = ""
    if opts.old:
        try:
            old = Path(opts.old).expanduser().read_bytes().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise CommandError(f"{opts.old}: it is not UTF-8 text, which Google wants. Save it as UTF-8.", BAD_INPUT) from error
    campaign = chosen_campaign(opts.campaign)
    with open_store(campaign) as store:
        marked, kept = store.profile.marked("disavow"), store.profile.marked("keep")
        protected = store.profile.sites_written_to() | {site_of(url) for url in campaign.site_urls()}
    if not marked and not old.strip():
        raise CommandError("nothing is marked, so there is nothing to disavow. Mark with: scrapy backlinks mark DOMAIN disavow", FAILED)
    try:
        made = disavowal(marked, kept=kept, old=old, protected=protected, now=utc_now())
    except DisavowError as error:
        raise CommandError(str(error)) from error
    for one in made.left_out[:SHOWN]:
        place = f"{Path(opts.old).name}:{one.line}  " if one.line else ""
        say(f"  {place}{one.what} is left out: {one.why}")
    if len(made.left_out) > SHOWN:
        say(f"  and {many(len(made.left_out) - SHOWN, 'more line')} left out")
    if not made.domains and not made.urls:
        raise CommandError(
            f"{opts.output} is not written: nothing is left to disavow, and a file without lines would wipe the one that Google has.",
            FAILED,
        )
    with whole_file(path, replace=opts.replace) as unfinished:
        unfinished.write_text(made.text, "utf-8", newline="\n")
    say(f"{many(made.domains, 'domain')} and {many(made.urls, 'page')}: {opts.output}. It replaces the file that Google has.")
    return 0
