"""Scrapy settings. Every value that differs from Scrapy's default states its reason.

Precedence: `-s NAME=VALUE` on the command line, then the campaign file, then this file.
"""

import os
from importlib.util import find_spec
from typing import Any

BOT_NAME = "prospector"
SPIDER_MODULES = ["prospector.spiders"]
NEWSPIDER_MODULE = "prospector.spiders"
COMMANDS_MODULE = "prospector.commands"

# -- decency ----------------------------------------------------------------------------------------------------------
USER_AGENT = "Prospector/0.1 (link checker; run by a person)"  # a campaign adds its own contact address
ROBOTSTXT_OBEY = True  # default False: obeyed for pages, checks and probes alike, by checking/robots.py
ROBOTSTXT_USER_AGENT = "Prospector"  # the name that robots.txt rules can address
DOWNLOAD_DELAY = 1.0  # default 0: seconds between the starts of two requests to one host
CONCURRENT_REQUESTS_PER_DOMAIN = 1  # default 8: connections to one host
CONCURRENT_REQUESTS = 128  # default 16: checks under way over all hosts; most of their time is waiting
DOWNLOAD_TIMEOUT = 20  # default 180 s: a host that takes longer is looked at again another day

# -- our network in place of Scrapy's -----------------------------------------------------------------------------------
DOWNLOAD_HANDLERS: dict[str, str | None] = {
    "http": "prospector.checking.handler.PageHandler",  # robots, gate, resolver, address guard: one way out for everything
    "https": "prospector.checking.handler.PageHandler",
    "file": None,  # URLs are written by strangers: no local files,
    "data": None,  # no inline documents,
    "ftp": None,  # no other protocols
    "s3": None,
}
HOSTS_FILE = None  # a file in /etc/hosts format: these names go to these addresses
HOSTS_ONLY = False  # True: names that are not in it don't exist
HOSTS_PORTS: dict[int, int] = {}  # for names in it: where a port really is, e.g. {80: 8080}
DNS_SERVERS: list[str] = []  # "IP" or "IP:port" of the first resolver for names that fail; none: those the system is set to use
DNS_SECOND_RESOLVER = (
    "9.9.9.9"  # asked too before a name counts as gone: one resolver may filter or err. "": none, and dead names stay probable
)
CANARY_URLS: list[str] = [  # asked when nothing answers: they don't all go down at once, so if none answers, our own network is down.
    "https://www.wikipedia.org/robots.txt",  # run by different people in different networks; empty: every failure is the host's own
    "https://www.debian.org/robots.txt",
    "https://www.iana.org/robots.txt",
]
RDAP_BOOTSTRAP = (
    "https://data.iana.org/rdap/dns.json"  # which registry keeps which suffix: they are asked about domains that vanished. "": none is
)
ADDRESS_GUARD_ENABLED = True  # never connect to loopback, private, link-local or metadata addresses
DOWNLOAD_MAXSIZE = 10 * 1024 * 1024  # default 1 GiB: bytes of a page, after decompression; the longest honest list seen has 5 MB
DOWNLOAD_SLOTS = {  # Scrapy's own limits and delays for each host would add to those of the network layer
    "network": {"concurrency": 1_000_000, "delay": 0, "jitter": 0},
}
DOWNLOAD_WARNSIZE = 0  # default 32 MiB: never reached
# None is needed: redirects, decompression, robots, retries and proxies are the network layer's, which records them as evidence;
# cookies make tldextract fetch its list in mid-crawl and let sites tell visits apart.
DOWNLOADER_MIDDLEWARES: dict[str, int | None] = {
    f"scrapy.downloadermiddlewares.{name}": None
    for name in (
        "offsite.OffsiteMiddleware",
        "robotstxt.RobotsTxtMiddleware",
        "httpauth.HttpAuthMiddleware",
        "downloadtimeout.DownloadTimeoutMiddleware",
        "defaultheaders.DefaultHeadersMiddleware",
        "useragent.UserAgentMiddleware",
        "retry.RetryMiddleware",
        "redirect.MetaRefreshMiddleware",
        "httpcompression.HttpCompressionMiddleware",
        "redirect.RedirectMiddleware",
        "cookies.CookiesMiddleware",
        "httpproxy.HttpProxyMiddleware",
        "httpcache.HttpCacheMiddleware",
    )
}
COOKIES_ENABLED = False  # default True: see above
RETRY_ENABLED = False  # default True: a failed look is evidence; the next look is a later pass
REDIRECT_ENABLED = False  # default True: hops are followed and recorded by the network layer
HTTPERROR_ALLOW_ALL = True  # default False: a page that answers 404 is news to its spider
REFERER_ENABLED = False  # default True: a page need not know which page led to it

# -- engine -------------------------------------------------------------------------------------------------------------
CONCURRENT_ITEMS = 1  # default 100: Scrapy starts that many tasks per response; measured 374 → 970 checks/s
SCHEDULER_PRIORITY_QUEUE = "scrapy.pqueues.ScrapyPriorityQueue"  # the default scans every waiting host at each step
DUPEFILTER_CLASS = "scrapy.dupefilters.BaseDupeFilter"  # default RFPDupeFilter: the store knows which pages were visited
TELNETCONSOLE_ENABLED = False  # default True: an open port with a Python prompt
REMOTE_CONTROL_ENABLED = False  # default True: a localhost port that runs posted Python
MEMUSAGE_ENABLED = False  # default True: looks at memory every minute and needs a POSIX-only module
LOGSTATS_INTERVAL = 0  # default 60 s: the progress extension says more
LOG_LEVEL = "INFO"  # default DEBUG: a line for each item costs 15 % of the speed
LOG_FORMAT = "%(asctime)s %(levelname)s: %(message)s"  # default names the module too, which is no news to a user
LOG_DATEFORMAT = "%H:%M:%S"
if find_spec("uvloop"):
    ASYNCIO_EVENT_LOOP = "uvloop.Loop"  # default asyncio's own: not to be had on Windows

# -- past one machine: docs/distributed.md -----------------------------------------------------------------------------------
# where `scrapy ingest` and workers meet. Trust it: whoever writes there decides what is fetched. From the environment too, because a
# command line, with its password, is shown to everybody on the machine
REDIS_URL = os.environ.get("REDIS_URL") or "redis://localhost:6379/0"
REDIS_PREFIX = "prospector"  # of all keys there: one for each campaign that is worked on at a time
REDIS_LEASE = 60.0  # seconds until the work of a killed worker is another's

# -- a service that is asked only by `scrapy ranks fetch` -------------------------------------------------------------------
OPEN_PAGERANK_URL = "https://openpagerank.com/api/v1.0/getPageRank"  # its key is in the environment: OPEN_PAGERANK_KEY

# -- stages ---------------------------------------------------------------------------------------------------------------
ITEM_PIPELINES: dict[str, int] = {
    "prospector.pipelines.StorePages": 100,
    "prospector.pipelines_watching.KeepSightings": 150,
    "prospector.pipelines.JudgeTargets": 200,
    "prospector.pipelines_archive.LookIntoArchive": 250,
    "prospector.pipelines_registry.AskRegistries": 260,
    "prospector.pipelines.FindContacts": 300,
    "prospector.pipelines.MatchOffers": 400,
    "prospector.pipelines.ScoreProspects": 500,
    "prospector.pipelines.WriteDrafts": 600,
}
EXTENSIONS: dict[str, int | None] = {
    "prospector.extensions.DemoWebServer": 100,
    "prospector.extensions.Progress": 500,
    "prospector.extensions.Summary": 600,
    "scrapy.extensions.memusage.MemoryUsage": None,
    "scrapy.extensions.logstats.LogStats": None,
    "scrapy.extensions.telnet.TelnetConsole": None,
}
SUPPRESSIONS_DB = None  # who is never written to, a file for all campaigns; None: suppressions.db in your user data folder
PROGRESS_INTERVAL = 10.0  # seconds between two progress lines in a log; a terminal's line moves twice a second

# -- the browser: scrapy-playwright, started when the first page needs it ---------------------------------------------------
PROSPECTOR_BROWSER = None  # the Chromium to start: a path or command; None: looked for (`scrapy doctor` says what is found); "off": none
PROSPECTOR_BROWSER_TIMEOUT = 30  # seconds a page may take to show something; its requests wait for their host's turns like all others
PLAYWRIGHT_BROWSER_TYPE = "chromium"  # the only one that can be cut off from the network by flags
PLAYWRIGHT_LAUNCH_OPTIONS: dict[str, Any] = {}  # for Playwright's launch(), e.g. {"args": ["--lang=de"]}; what cuts it off is added
