"""What a careful verdict costs: the requests of one run by purpose, and how many more they are than one look at each link.

    benchmarks/cost.py LIST                  a list of links, through `scrapy crawl links`
    benchmarks/cost.py --campaign FILE       a campaign, through `scrapy crawl resources`

robots.txt is not obeyed, so that it is not counted: only for a web on this machine, or one that you may treat so.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from tempfile import TemporaryDirectory

from scrapy.crawler import AsyncCrawlerProcess
from scrapy.utils.project import get_project_settings

PREFIX = "prospector/requests/"
EXTRA = ("control", "second")
CEILING = 0.40  # more requests than one look at each link


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("list", nargs="?", help="a text file with one URL a line")
    parser.add_argument("--campaign", help="a campaign file; its database should not exist yet")
    given = parser.parse_args()
    if (given.list is None) == (given.campaign is None):
        parser.error("name a list or a campaign")
    settings = get_project_settings()
    settings.setdict(
        {
            "ADDRESS_GUARD_ENABLED": False,
            "ROBOTSTXT_OBEY": False,
            "DOWNLOAD_DELAY": 0,
            "DOWNLOAD_TIMEOUT": 5,
            "CONCURRENT_REQUESTS": 256,
            "CONCURRENT_REQUESTS_PER_DOMAIN": 8,
            "CANARY_URLS": "",
            "RDAP_BOOTSTRAP": "",
            "LOG_LEVEL": "ERROR",
        },
        priority="cmdline",
    )
    with TemporaryDirectory() as folder:
        if given.list:
            settings.set("FEEDS", {f"{folder}/rows.jsonl": {"format": "jsonlines"}}, priority="cmdline")
        process = AsyncCrawlerProcess(settings)
        crawler = process.create_crawler("links" if given.list else "resources")
        process.crawl(crawler, **({"urls": given.list} if given.list else {"campaign": given.campaign}))
        process.start()
    counted = Counter({name.removeprefix(PREFIX): number for name, number in crawler.stats.get_stats().items() if name.startswith(PREFIX)})
    for purpose, number in counted.most_common():
        print(f"{number:>8}  {purpose}")
    extra = sum(counted[purpose] for purpose in EXTRA)
    share = extra / max(1, counted["check"])
    print(f"{extra:>8}  {' and '.join(EXTRA)}: {share:.1%} more than the first looks (at most {CEILING:.0%})")
    sys.exit(share > CEILING)


if __name__ == "__main__":
    main()
