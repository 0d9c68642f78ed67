"""`scrapy export fix-list PAGE`: a page's dead links for whoever looks after it. No ScrapyCommand may be defined here."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from scrapy.commands import ScrapyCommand

from prospector.commands._recheck import recheck
from prospector.commands._shared import BAD_INPUT, CommandError, chosen_campaign, open_store, say
from prospector.export.files import STANDARD_OUTPUT, form_of
from prospector.export.fix_list import NoFixListError, fix_list
from prospector.export.fix_list_forms import ENDINGS, FORMS
from prospector.export.whole import refuse_to_overwrite, whole_file
from prospector.links.urls import normalise
from prospector.spiders.clock import utc_now
from prospector.summary import many


def export_fix_list(command: ScrapyCommand, page: str, opts: argparse.Namespace) -> None:
    """:raises ExportError, CommandError, StoreError."""
    to = opts.output or STANDARD_OUTPUT
    try:
        form = ENDINGS[form_of(to, opts.format, tuple(ENDINGS), default="text")]
    except ValueError as error:
        raise CommandError(str(error), BAD_INPUT) from error
    if to != STANDARD_OUTPUT:
        refuse_to_overwrite(Path(to), replace=opts.replace)
    url = normalise(page)
    if not url:
        raise CommandError(f"{page}: this is no address of a page. Write it as https://…", BAD_INPUT)
    recheck(command, opts)
    campaign = chosen_campaign(opts.campaign)
    with open_store(campaign) as store:
        try:
            found = fix_list(store, campaign, url, everything=opts.all, now=utc_now())
        except NoFixListError as error:
            raise CommandError(str(error)) from error
    text = FORMS[form](found)
    if to == STANDARD_OUTPUT:
        sys.stdout.write(text)
    else:
        with whole_file(Path(to), replace=opts.replace) as path:
            path.write_text(text, "utf-8")
    say(f"{many(len(found.links), 'dead link')}" + ("" if to == STANDARD_OUTPUT else f", in {to}"))
