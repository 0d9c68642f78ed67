"""campaign.toml → a typed, checked Campaign: everything a user may turn, for one client or cause.

Each key has its meaning and an example beside it (errors quote the example) and a row in docs/campaign.md, which a test compares with this file.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, PrivateAttr, ValidationError, ValidationInfo, field_validator

from prospector.campaign_archive import Archive
from prospector.campaign_crawl import Crawl, Ignore
from prospector.campaign_decency import Decency, FollowUps, Monitor, Reclaims
from prospector.campaign_export import Export, Mail
from prospector.campaign_lines import KeyPath, key_lines
from prospector.campaign_problems import syntax_problem, value_problems
from prospector.campaign_types import (
    EmailAddress,
    FileName,
    LanguageCode,
    Line,
    ListFile,
    Many,
    PageList,
    PathGlob,
    Table,
    TemplatesFolder,
    WebAddress,
    wrong,
    wrong_but,
)
from prospector.campaign_verdicts import VerdictTimes
from prospector.campaign_weights import Weights

FILE_NAME = "campaign.toml"
DEMO = Path(__file__).parent / "demo" / FILE_NAME
# letters on somebody's behalf are commercial mail; a volunteer's are not
COMMERCIAL = frozenset({"owner", "employee", "agency"})


class CampaignError(Exception):
    """The campaign can't be used. `problems` are whole lines for people: place, what is wrong, what would be right.

    `where`: which file was used and why, where it was looked for. `letters`: what it says of its letters, where that
    can be read in spite of the mistakes, and the file.
    """

    def __init__(self, *problems: str, where: str = "", letters: tuple[Templates, Path] | None = None) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems
        self.where = where
        self.letters = letters


class OwnSite(Table):
    """One of the user's own sites: letters offer its pages, the crawl never takes it for a prospect."""

    url: WebAddress = Field(description="Where the site begins.", examples=["https://example.org/"])
    sitemaps: Many[WebAddress] = Field(
        default=(), description="Sitemaps that robots.txt doesn't name.", examples=[["https://example.org/sitemap.xml"]]
    )
    include: Many[PathGlob] = Field(default=(), description="Paths whose pages may be offered; none: all.", examples=[["/guides/*"]])
    exclude: Many[PathGlob] = Field(
        default=(), description="Paths whose pages are never offered; wins over `include`.", examples=[["/tag/*", "*.pdf"]]
    )
    pages: PageList = Field(
        default=(),
        description="Offer these pages and no other: addresses, or a text or CSV file of them.",
        examples=[["https://example.org/guide"]],
    )
    delay: float | None = Field(
        default=None, ge=0, le=3600, description="Seconds between requests to this site; absent: as `crawl.delay`.", examples=[0.2]
    )
    max_pages: int = Field(default=2000, ge=1, description="Pages to read of this site at most.", examples=[500])

    _only: frozenset[str] = PrivateAttr(frozenset())

    def model_post_init(self, _context: Any) -> None:
        self._only = frozenset(self.pages)  # a shop may list 100,000

    def offers(self, url: str) -> bool:
        """May letters offer this (normalised) page of the site?"""
        if self._only:
            return url in self._only
        path = urlsplit(url).path or "/"
        included = not self.include or any(fnmatchcase(path, glob) for glob in self.include)
        return included and not any(fnmatchcase(path, glob) for glob in self.exclude)


class Seeds(Table):
    """Where the crawl begins: pages of other people that list links on the campaign's subject."""

    urls: Many[WebAddress] = Field(default=(), description="Pages to begin with.", examples=[["https://library.example.edu/gardening"]])
    files: Many[ListFile] = Field(
        default=(), description="Lists of such pages: one a line with # comments, or a CSV with a column `url`.", examples=[["seeds.txt"]]
    )


class Sender(Table):
    """Who writes the letters. The law of most countries wants the truth here, and so do the readers."""

    name: Line = Field(description="The person who signs.", examples=["Ada Lind"])
    email: EmailAddress = Field(description="The address that letters come from and answers go to.", examples=["ada@example.org"])
    site: WebAddress = Field(
        description="A page about the sender; the crawler's name for itself points there too.", examples=["https://example.org/about"]
    )
    relation: Literal["owner", "employee", "agency", "volunteer"] = Field(
        description="What the sender is to the offered pages; every letter says it.", examples=["owner"]
    )
    client: Line | None = Field(
        default=None, validate_default=True, description="Who pays, for an agency.", examples=["Example Gardens Ltd"]
    )
    postal_address: str | None = Field(
        default=None,
        description="Where the sender can be reached by post; commercial letters need it.",
        examples=["Example Gardens, 1 Mill Lane, Anytown AB1 2CD"],
    )
    opt_out: str = Field(
        default="",
        description="The sentence that tells how to hear no more; absent: the template's own.",
        examples=['Reply with "no" and I won\'t write again.'],
    )

    @field_validator("client", mode="after")
    @classmethod
    def _an_agency_names_its_client(cls, client: str | None, info: ValidationInfo) -> str | None:
        if client is None and info.data.get("relation") == "agency":
            wrong('is missing: with relation = "agency" every letter says who pays for it.')
        return client

    @field_validator("postal_address", mode="before")
    @classmethod
    def _is_an_address(cls, address: Any) -> Any:
        """The file can't say None: it stands for an address that Campaign has found wanting."""
        if address is None or (isinstance(address, str) and not address.strip()):
            wrong(
                'is missing: letters with goal = "links" from an owner, employee or agency are commercial mail, which must carry a postal address (CAN-SPAM).'
            )
        return address.strip() if isinstance(address, str) else address


class Thresholds(Table):
    """How sure the program must be."""

    strong: float = Field(
        default=0.7, ge=0, le=1, description="Confidence from which a page fits well enough to be offered without asking.", examples=[0.7]
    )
    possible: float = Field(
        default=0.3,
        ge=0,
        le=1,
        validate_default=True,
        description="Confidence from which a page is shown to you as a possible offer.",
        examples=[0.3],
    )
    min_score: int = Field(default=0, ge=0, le=100, description="Score below which no letter is drafted.", examples=[40])

    @field_validator("possible", mode="after")
    @classmethod
    def _possible_is_less_than_strong(cls, possible: float, info: ValidationInfo) -> float:
        strong = info.data.get("strong")
        if strong is not None and possible > strong:
            wrong_but(f"{possible} is above thresholds.strong, {strong}. Write it as possible = {min(0.3, strong)}.")
        return possible


class Templates(Table):
    """The letters."""

    folder: TemplatesFolder = Field(
        default=None,
        validate_default=True,
        description="Where your letters lie; absent: `templates` beside this file, else the program's own.",
        examples=["templates"],
    )
    letter: Line = Field(
        default="resource-page", description="Which letter to write: the `id` in the head of its file.", examples=["resource-page"]
    )
    letters: Many[Line] = Field(
        default=(),
        description="Several to choose from, instead of `letter`: by the page's kind and language, then by chance that never changes for a page.",
        examples=[["resource-page", "short", "librarian"]],
    )
    own_pages: int = Field(
        default=1,
        ge=1,
        le=8,
        description="Pages of your own that one letter offers at most, the strongest first; more read like a sales list.",
        examples=[1],
    )
    offer_for_moved: bool = Field(
        default=False,
        description="Offer your page also for a page that merely moved on its own site; its new address comes first all the same.",
        examples=[False],
    )
    consent: Literal["warn", "refuse"] = Field(
        default="warn",
        description='What happens where the reader\'s country wants consent before advertising by e-mail: "warn" asks you, "refuse" lets no such letter be approved.',
        examples=["warn"],
    )


class Campaign(Table):
    """One campaign, read from its file."""

    name: FileName = Field(description="Names the database, output/<name>.db.", examples=["example-gardens"])
    goal: Literal["links", "help"] = Field(
        default="links",
        description='"links": write only where one of your pages fits; "help": write about any confirmed dead link.',
        examples=["links"],
    )
    language: LanguageCode = Field(default="en", description="Language of the letters.", examples=["en"])
    languages: Many[LanguageCode] = Field(
        default=(),
        description="Further languages that you can read answers in: a page in one of them gets its letter in it, where there is such a letter.",
        examples=[["de"]],
    )
    keywords: Many[Line] = Field(
        default=(), description="The campaign's subject in a few words each.", examples=[["companion planting", "seed saving"]]
    )
    sites: Many[OwnSite] = Field(default=(), validate_default=True, description="Your own sites.")
    seeds: Seeds = Field(default=Seeds(), description="Where to begin.")
    sender: Sender = Field(description="Who writes.")
    crawl: Crawl = Field(default=Crawl(), description="How far and how fast.")
    verdicts: VerdictTimes = Field(default=VerdictTimes(), description="When a dead link counts as confirmed.")
    thresholds: Thresholds = Field(default=Thresholds(), description="How sure to be.")
    weights: Weights = Field(default=Weights(), description="What the parts of a score are worth.")
    archive: Archive = Field(default=Archive(), description="Where old copies of dead pages are looked up.")
    templates: Templates = Field(
        default={}, validate_default=True, description="The letters."
    )  # {}: its folder depends on where the file lies
    ignore: Ignore = Field(default=Ignore(), description="What to leave alone.")
    export: Export = Field(default=Export(), description="What may go out.")
    mail: Mail = Field(default=Mail(), description="Where drafts may be put.")
    decency: Decency = Field(default=Decency(), description="How soon to write to the same people again.")
    follow_ups: FollowUps = Field(default=FollowUps(), description="Whether to remind those who did not answer.")
    monitor: Monitor = Field(default=Monitor(), description="When to look what became of letters.")
    reclaim: Reclaims = Field(default=Reclaims(), description="Whether to write about links that were won and lost.")

    _lines: Mapping[KeyPath, int] = PrivateAttr({})
    _path: Path = PrivateAttr(Path(FILE_NAME))
    _home: Path = PrivateAttr(Path())

    def model_post_init(self, context: Any) -> None:
        if context:
            self._path, self._home, self._lines = context["path"], context["home"], context["lines"]

    @field_validator("sites", mode="after")
    @classmethod
    def _offers_need_a_site(cls, sites: tuple[OwnSite, ...], info: ValidationInfo) -> tuple[OwnSite, ...]:
        if not sites and info.data.get("goal") == "links":
            wrong('is missing: with goal = "links" letters offer pages of your own.')
        return sites

    @field_validator("sender", mode="before")
    @classmethod
    def _commercial_letters_carry_an_address(cls, sender: Any, info: ValidationInfo) -> Any:
        given = sender.model_dump() if isinstance(sender, Sender) else sender
        if isinstance(given, Mapping) and info.data.get("goal") == "links" and given.get("relation") in COMMERCIAL:
            return {"postal_address": None, **given}
        return sender

    @property
    def path(self) -> Path:
        """The file that it was read from."""
        return self._path

    @property
    def folder(self) -> Path:
        """Where relative paths of the file start from."""
        return self._path.parent

    @property
    def home(self) -> Path:
        """Where results go: the file's folder, for the bundled demo the folder of the command."""
        return self._home

    @property
    def database(self) -> Path:
        return self._home / "output" / f"{self.name}.db"

    @property
    def is_demo(self) -> bool:
        return self._path == DEMO

    def seed_urls(self) -> tuple[str, ...]:
        """All seeds, normalised, in the file's order, without duplicates."""
        return tuple(self.seed_places())

    def seed_places(self) -> dict[str, str]:
        """Each seed with the file and line that names it first: "seeds.txt:3"."""
        places: dict[str, str] = {}
        for number, url in enumerate(self.seeds.urls):
            places.setdefault(url, f"{self._path.name}:{self._lines.get(('seeds', 'urls', number), 1)}")
        for file in self.seeds.files:
            for url, line in zip(file.urls, file.lines, strict=True):
                places.setdefault(url, f"{file.shown}:{line}")
        return places

    def site_urls(self) -> tuple[str, ...]:
        return tuple(site.url for site in self.sites)


def load_campaign(path: Path, *, home: Path | None = None) -> Campaign:
    """Read and check a campaign file. Results go under `home`, by default the file's own folder.

    :raises CampaignError: with every mistake in the file and in the lists it names.
    """
    text = _text_of(path)
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CampaignError(syntax_problem(error, text, path.name)) from error
    except RecursionError as error:
        raise CampaignError(f"{path.name}:1  brackets stand in brackets a thousand deep. Is this a campaign file?") from error
    folder = path.absolute().parent
    lines = key_lines(text)
    context: dict[str, Any] = {"path": folder / path.name, "folder": folder, "home": (home or folder).absolute(), "lines": lines}
    campaign, mistakes = None, None
    try:
        campaign = Campaign.model_validate(raw, context=context)
    except ValidationError as error:
        mistakes = error
    problems = value_problems(mistakes, raw, lines=lines, file=path.name, model=Campaign)
    if campaign is None or problems:
        raise CampaignError(*problems, letters=_letters_named(raw, context)) from mistakes
    return campaign


def _letters_named(raw: Mapping[str, Any], context: Mapping[str, Any]) -> tuple[Templates, Path] | None:
    """What the table [templates] says, if it can be read alone: mistakes in letters need not wait for the rest to be mended."""
    try:
        templates = Templates.model_validate(raw.get("templates", {}), context=context)
    except ValidationError:
        return None
    return templates, context["path"]


def find_campaign(given: str | None, cwd: Path) -> tuple[Campaign, str]:
    """The campaign to use, and a line that says which and why: the one asked for, else the nearest from `cwd` upwards, else the bundled demo.

    :raises CampaignError: it has mistakes, or there is none where it should be.
    """
    if given:
        path = cwd / Path(given).expanduser()
        path = path / FILE_NAME if path.is_dir() else path
        if not path.is_file():
            raise CampaignError(f"{given}: no campaign file there (looked for {path}). Name one, or make a folder with: scrapy init DIR")
        why = "as asked"
    elif found := _nearest(cwd):
        path, why = found, "found in this folder" if found.parent == cwd else "found above this folder"
    elif DEMO.is_file():
        path, why = DEMO, f"the bundled demo: no {FILE_NAME} in this folder or above it"
    else:
        raise CampaignError(
            f"no {FILE_NAME} in this folder or above it. Name one with --campaign FILE, or make a folder with: scrapy init DIR"
        )
    path = path.resolve()
    demo = path == DEMO.resolve()
    try:
        campaign = load_campaign(DEMO if demo else path, home=cwd if demo else None)
    except CampaignError as error:
        raise CampaignError(*error.problems, where=f"campaign {path} ({why})", letters=error.letters) from error
    return campaign, f"campaign {campaign.name}: {path} ({why})"


def _nearest(cwd: Path) -> Path | None:
    """The campaign file here or in a folder above, up to the project's own (it has a scrapy.cfg), the user's or the last."""
    for folder in (cwd, *cwd.parents):
        if (folder / FILE_NAME).is_file():
            return folder / FILE_NAME
        if (folder / "scrapy.cfg").is_file() or folder == _home_folder():
            break
    return None


def _home_folder() -> Path | None:
    try:
        return Path.home()
    except RuntimeError:  # an account without one
        return None


def _text_of(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise CampaignError(f"{path.name}:{line}  not UTF-8 text. Save the file as UTF-8 in your editor.") from error
    except OSError as error:
        raise CampaignError(
            f"{path}: can't be read ({error.strerror or error}). Name a campaign file, or make one with: scrapy init DIR"
        ) from error
