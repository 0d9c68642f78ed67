"""What is said of a campaign file with mistakes: place, what is wrong, an example of what is right."""

from __future__ import annotations

from pathlib import Path

import pytest

from prospector import campaign as campaign_module
from prospector.campaign import CampaignError, load_campaign
from prospector.campaign_problems import fields_at, table_in, toml_literal

TOP = 'name = "garden"\n'
SITE = '[[sites]]\nurl = "https://example.org/"\n'
SENDER = """\
[sender]
name = "Ada Lind"
email = "ada@example.org"
site = "https://example.org/about"
relation = "owner"
postal_address = "1 Mill Lane, Anytown"
"""


def load(folder: Path, text: str) -> campaign_module.Campaign:
    path = folder / "campaign.toml"
    path.write_text(text, "utf-8")
    return load_campaign(path)


def problems(folder: Path, text: str) -> tuple[str, ...]:
    with pytest.raises(CampaignError) as caught:
        load(folder, text)
    return caught.value.problems


AT_TOP = [  # a line at the top of the file, and what is said of it
    ('nmae = "x"', 'nmae: there is no key "nmae". Write it as name = "example-gardens".'),
    ("dept = 2", 'dept: there is no key "dept" here; it belongs in the table [crawl]. Write it as depth = 1.'),
    (
        'url = "https://a.example/"',
        'url: there is no key "url" here; it belongs in the table [[sites]]. Write it as url = "https://example.org/".',
    ),
    ('goal = "link"', "goal: \"link\" is none of 'links' or 'help'. Write it as goal = \"links\"."),
    ('keywords = "soil"', 'keywords: "soil" is not a list in [brackets]. Write it as keywords = ["soil"].'),
    ('keywords = ["soil", 3]', 'keywords: 3 is not text in quotes. Write it as "companion planting".'),
    (
        'keywords = ["a\\nb"]',
        'keywords: has a line break or another control character in it; it must be one plain line. Write it as "companion planting".',
    ),
    ('language = "English"', 'language: "English" is not a language code of two or three small letters. Write it as language = "en".'),
    ("goal = 2026-11-20", "goal: \"2026-11-20\" is none of 'links' or 'help'. Write it as goal = \"links\"."),
    ("seeds.files = [3]", 'seeds.files: 3 is not the name of a file. Write it as "seeds.txt".'),
    ("templates.folder = 3", 'templates.folder: 3 is not the name of a folder. Write it as folder = "templates".'),
    ("verdicts.gone.gap = true", 'verdicts.gone.gap: true is not a time. Write it as gap = "24h".'),
    ("crawl.depth = 99", "crawl.depth: 99 is too large: at most 10. Write it as depth = 1."),
    ("thresholds.min_score = 0.5", "thresholds.min_score: 0.5 is not a whole number. Write it as min_score = 40."),
    (
        "zzz = 1",
        'zzz: there is no key "zzz". Known here: name, goal, language, languages, keywords, sites, seeds, sender, crawl, verdicts, thresholds, weights, archive, templates, ignore, export, mail, decency, follow_ups, monitor, reclaim.',
    ),
    ("crawl = 3", "crawl: 3 is not a table. Write it as [crawl] with its keys below it."),
    ("crawl.depth = -1", "crawl.depth: -1 is too small: at least 0. Write it as depth = 1."),
    ("crawl.depth = true", "crawl.depth: true is not a whole number. Write it as depth = 1."),
    ("crawl.delay = nan", "crawl.delay: nan is not a number to count with. Write it as delay = 1.0."),
    ("crawl.delay = -0.5", "crawl.delay: -0.5 is too small: at least 0. Write it as delay = 1.0."),
    ('crawl.delay = "2"', 'crawl.delay: "2" is not a number. Write it as delay = 2.0.'),
    ("archive.delay = -1", "archive.delay: -1 is too small: at least 0. Write it as delay = 1.0."),
    ("crawl.per_host = 0", "crawl.per_host: 0 is too small: at least 1. Write it as per_host = 1."),
    ("crawl.timeout = 0", "crawl.timeout: 0 is too small: more than 0. Write it as timeout = 20.0."),
    ("thresholds.strong = 70", "thresholds.strong: 70 is too large: at most 1. Write it as strong = 0.7."),
    ("thresholds = { strong = 0.2 }", "thresholds.possible: 0.3 is above thresholds.strong, 0.2. Write it as possible = 0.2."),
    ("verdicts.gone.gap = 24", 'verdicts.gone.gap: 24 has no unit. Write it as "24h" for hours, "24d" for days.'),
    (
        'verdicts.alive = "soon"',
        'verdicts.alive: "soon" is not a time: a number and one of s, m, h, d, w (seconds, minutes, hours, days, weeks) are wanted. Write it as alive = "30d".',
    ),
    ('verdicts.alive = "9999w"', 'verdicts.alive: "9999w" is longer than ten years. Write it as alive = "30d".'),
    ('verdicts.gone = "2 passes"', 'verdicts.gone: "2 passes" is not a table. Write it as gone = { passes = 2, gap = "24h" }.'),
    ('seeds.urls = ["example.edu/a"]', 'seeds.urls: "example.edu/a" has no scheme. Write it as "https://example.edu/a".'),
    (
        'ignore.hosts = ["https://a.example/x"]',
        'ignore.hosts: "https://a.example/x" is more than a host name (names below it are meant too). Write it as "a.example".',
    ),
    ('ignore.hosts = ["two words"]', 'ignore.hosts: "two words" is not a host name. Write it as "facebook.com".'),
]


@pytest.mark.parametrize(("line", "said"), AT_TOP, ids=[line for line, _ in AT_TOP])
def test_a_mistake_is_named_with_line_key_and_what_is_right(tmp_path: Path, line: str, said: str) -> None:
    assert problems(tmp_path, f"# first line\n{line}\n" + TOP + SITE + SENDER) == (f"campaign.toml:2  {said}",)


IN_SENDER = [
    ('name = "Ada Lind"', 'name = " "', 'sender.name: is empty. Write it as name = "Ada Lind".'),
    (
        '"ada@example.org"',
        '"Ada <ada@example.org>"',
        'sender.email: "Ada <ada@example.org>" is more than the address. Write it as "ada@example.org".',
    ),
    (
        '"ada@example.org"',
        '"ada at example"',
        'sender.email: "ada at example" is not an e-mail address. Write it as email = "ada@example.org".',
    ),
    (
        '"owner"',
        '"employe"',
        "sender.relation: \"employe\" is none of 'owner', 'employee', 'agency' or 'volunteer'. Write it as relation = \"employee\".",
    ),
]


@pytest.mark.parametrize(("right", "wrong", "said"), IN_SENDER, ids=[wrong for _, wrong, _ in IN_SENDER])
def test_a_sender_must_be_somebody(tmp_path: Path, right: str, wrong: str, said: str) -> None:
    text = TOP + SITE + SENDER.replace(right, wrong)
    line = text[: text.index(wrong)].count("\n") + 1
    assert problems(tmp_path, text) == (f"campaign.toml:{line}  {said}",)


@pytest.mark.parametrize("relation", ["owner", "employee", "agency"])
def test_commercial_letters_need_a_postal_address(tmp_path: Path, relation: str) -> None:
    sender = SENDER.replace('"owner"', f'"{relation}"\nclient = "B"').replace('postal_address = "1 Mill Lane, Anytown"\n', "")
    (said,) = problems(tmp_path, TOP + SITE + sender)
    assert said.startswith("campaign.toml:4  sender.postal_address: is missing: ")
    assert said.endswith('Write it as postal_address = "Example Gardens, 1 Mill Lane, Anytown AB1 2CD".')
    assert load(tmp_path, TOP + 'goal = "help"\n' + SITE + sender).sender.relation == relation


def test_an_empty_postal_address_is_none(tmp_path: Path) -> None:
    (said,) = problems(tmp_path, TOP + SITE + SENDER.replace('"1 Mill Lane, Anytown"', '""'))
    assert said.startswith("campaign.toml:9  sender.postal_address: is missing: ")


def test_an_agency_says_who_pays(tmp_path: Path) -> None:
    (said,) = problems(tmp_path, TOP + SITE + SENDER.replace('"owner"', '"agency"'))
    assert said == (
        'campaign.toml:4  sender.client: is missing: with relation = "agency" every letter says who pays for it. '
        'Write it as client = "Example Gardens Ltd".'
    )


@pytest.mark.parametrize(
    ("name", "better"), [("My client!", "my-client"), ("../x", "x"), ("CON", "con-campaign"), ("-x", "x"), ("é", "my-campaign")]
)
def test_a_name_must_do_as_a_file_name_everywhere(tmp_path: Path, name: str, better: str) -> None:
    (said,) = problems(tmp_path, f'name = "{name}"\n' + SITE + SENDER)
    assert said.startswith(f'campaign.toml:1  name: "{name}" can\'t be a file name everywhere')
    assert said.endswith(f'Write it as "{better}".')
    assert load(tmp_path, f'name = "{better}"\n' + SITE + SENDER).name == better


def test_offers_need_a_site_of_ones_own(tmp_path: Path) -> None:
    assert problems(tmp_path, TOP + SENDER) == (
        'campaign.toml:1  sites: is missing: with goal = "links" letters offer pages of your own. Write it as [[sites]] with url = "https://example.org/" below it.',
    )


def test_one_table_is_no_list_of_tables(tmp_path: Path) -> None:
    assert problems(tmp_path, TOP + SITE.replace("[[sites]]", "[sites]") + SENDER) == (
        "campaign.toml:2  sites: is one table; a list of tables is wanted. Write it as [[sites]].",
    )


def test_an_empty_file_lacks_what_cannot_be_guessed(tmp_path: Path) -> None:
    said = problems(tmp_path, "")
    assert [line.split("  ")[1].split(":")[0] for line in said] == ["name", "sites", "sender"]
    assert "[sender] with name = " in said[2]


def test_all_mistakes_come_at_once_in_the_files_order(tmp_path: Path) -> None:
    (tmp_path / "seeds.txt").write_text("https://a.example/\nexample.org/x\n\nno address\n")
    text = """\
name = "my client"
[[sites]]
url = "https://example.org/"
[[sites]]
urls = "https://example.com/"
exclude = [
  "/ok/*",
  "blog/*",
  "https://example.com/tag/*",
]
[seeds]
files = ["absent.txt", "seeds.txt"]
[sender]
name = "<your name>"
relation = "agency"
"""
    said = [line.split(": ")[0] for line in problems(tmp_path, text)]
    assert said == [
        "campaign.toml:1  name",
        "campaign.toml:5  sites.urls",
        "campaign.toml:8  sites.exclude",
        "campaign.toml:9  sites.exclude",
        "campaign.toml:12  seeds.files",
        'seeds.txt:2  "example.org/x" has no scheme. Write it as "https://example.org/x".',
        "seeds.txt:4  not a web address",
        "campaign.toml:13  sender.email",
        "campaign.toml:13  sender.site",
        "campaign.toml:13  sender.client",
        "campaign.toml:13  sender.postal_address",
        "campaign.toml:14  sender.name",
    ]


def test_a_placeholder_is_still_to_be_filled_in(tmp_path: Path) -> None:
    (said,) = problems(tmp_path, TOP + 'keywords = ["<your subject>"]\n' + SITE + SENDER)
    assert said == 'campaign.toml:2  keywords: still to be filled in, for example keywords = ["companion planting", "seed saving"].'


def test_a_mistake_stays_on_one_line_whatever_was_written(tmp_path: Path) -> None:
    (said,) = problems(tmp_path, TOP + SITE.replace("https://example.org/", "a\\nb\\u001b[31m\\u2028c") + SENDER)
    assert not any(ord(mark) < 32 or mark == "\u2028" for mark in said)


def test_a_broken_list_of_pages_is_named_by_its_own_lines(tmp_path: Path) -> None:
    (tmp_path / "pages.csv").write_text("url,title\nexample.org/a,A\n")
    said = problems(tmp_path, TOP + SITE + 'pages = "pages.csv"\n' + SENDER)
    assert said == ('pages.csv:2  "example.org/a" has no scheme. Write it as "https://example.org/a".',)


def test_a_list_of_pages_that_is_empty_or_absent_offers_nothing(tmp_path: Path) -> None:
    (tmp_path / "pages.csv").write_text("url,title\n")
    (empty,) = problems(tmp_path, TOP + SITE + 'pages = "pages.csv"\n' + SENDER)
    assert empty.startswith('campaign.toml:4  sites.pages: "pages.csv" names no page')
    (absent,) = problems(tmp_path, TOP + SITE + 'pages = "pages.txt"\n' + SENDER)
    assert absent.startswith('campaign.toml:4  sites.pages: "pages.txt" is not there (looked for ')
    (folder,) = problems(tmp_path, TOP + SITE + 'pages = "."\n' + SENDER)
    assert folder.startswith('campaign.toml:4  sites.pages: "." can\'t be read (')


def test_a_folder_of_letters_must_be_there(tmp_path: Path) -> None:
    (said,) = problems(tmp_path, TOP + SITE + SENDER + '[templates]\nfolder = "briefe"\n')
    assert said.startswith('campaign.toml:11  templates.folder: "briefe" is no folder (looked for ')


SYNTAX = [
    ("name = garden\n", 1, "invalid value in: name = garden. Text stands in quotes"),
    ('a = 1\nb = "C:\\lists"\n', 2, "unescaped '\\' in a string in: b = \"C:\\lists\". A \\ in double quotes"),
    ("a = 1\na = 2\n", 2, "cannot overwrite a value in: a = 2. The same key stands twice"),
    ("[crawl]\n[crawl]\n", 2, "The same table stands twice"),
    ("name\n", 1, "Write it as key = value"),
    ('k = ["a" "b"]\n', 1, "A closing ] is missing, or a comma"),
    ("k = [\n'a',\n", 2, "A closing ] or } is missing"),
    ('a = "x\nb = 1\n', 1, "A text in quotes ends on its own line"),
    ("= 3\n", 1, "Each line is a [table], a key = value or a # comment"),
]


@pytest.mark.parametrize(("text", "line", "said"), SYNTAX, ids=[text for text, _, _ in SYNTAX])
def test_a_slip_in_the_syntax_has_its_line_and_a_hint(tmp_path: Path, text: str, line: int, said: str) -> None:
    (problem,) = problems(tmp_path, text)
    assert problem.startswith(f"campaign.toml:{line}  not valid TOML: ")
    assert said in problem


def test_files_that_are_no_campaign_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "campaign.toml"
    path.write_bytes(b"a = 1\nb = '\xe9'\n")
    with pytest.raises(CampaignError, match=r"^campaign\.toml:2  not UTF-8 text\. Save"):
        load_campaign(path)
    path.write_text("a = " + "[" * 5000)
    with pytest.raises(CampaignError, match=r"^campaign\.toml:1  brackets stand in brackets"):
        load_campaign(path)
    with pytest.raises(CampaignError, match=r"absent\.toml: can't be read"):
        load_campaign(tmp_path / "absent.toml")


@pytest.mark.parametrize(
    "key",
    [(table, key) for table in campaign_module.Campaign.model_fields for key in fields_at(campaign_module.Campaign, (table,))],
    ids=".".join,
)
def test_every_example_that_an_error_quotes_is_right(tmp_path: Path, key: tuple[str, str]) -> None:
    table, name = key
    field = fields_at(campaign_module.Campaign, (table,))[name]
    (tmp_path / "seeds.txt").write_text("https://a.example/\n")
    (tmp_path / "templates").mkdir()
    assert field.examples
    raw = {
        "sites": {"url": "https://example.org/"},
        "sender": {"relation": "volunteer", "name": "A", "email": "a@b.example", "site": "https://b.example/"},
    }
    raw.setdefault(table, {})[name] = field.examples[0]
    if key == ("sender", "relation"):
        raw["sender"]["postal_address"] = "1 Mill Lane"
    load(
        tmp_path,
        TOP
        + f"sites = [{toml_literal(raw.pop('sites'))}]\n"
        + "".join(f"{name} = {toml_literal(content)}\n" for name, content in raw.items()),
    )


def test_every_key_of_the_top_has_an_example_or_is_a_table() -> None:
    for name, field in campaign_module.Campaign.model_fields.items():
        assert field.examples or table_in(field.annotation), name


TABLES = "[[sites]], [seeds], [sender], [crawl], [verdicts], [thresholds], [weights], [archive], [templates], [ignore], [export], [mail], [decency], [follow_ups], [monitor], [reclaim]"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (TOP + SITE + SENDER.replace("[sender]", "[sendr]"), ["campaign.toml:4  sendr: there is no table [sendr]. Did you mean [sender]?"]),
        (TOP + SENDER + SITE.replace("sites", "site"), ["campaign.toml:8  site: there is no table [site]. Did you mean [[sites]]?"]),
        (TOP + SITE + SENDER + "[zebra]\nx = 1\n", [f"campaign.toml:10  zebra: there is no table [zebra]. The tables are {TABLES}."]),
        (
            TOP + SITE + SENDER.replace("email", "emial"),
            ['campaign.toml:6  sender.emial: there is no key "emial". Write it as email = "ada@example.org".'],
        ),
    ],
)
def test_a_mistyped_name_is_one_mistake_with_what_was_meant(tmp_path: Path, text: str, said: list[str]) -> None:
    assert list(problems(tmp_path, text)) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "name = “garden”\n",
            'in: name = “garden”. Curly quotes are not understood here, only straight ones: write it like name = "my-campaign".',
        ),
        (TOP + "[crawl]\n[crawl]\n", "cannot declare [crawl] twice in: [crawl]. The same table stands twice;"),
        (TOP + SITE + SENDER + '[crawl]\ndelay = "2s"\n', '"2s" is not a number. Write it as delay = 2.0.'),
        ("delay = 2\n" + TOP + SITE + SENDER, "it belongs in the table [[sites]] or [crawl] or [archive]."),
        (TOP + SITE + SENDER + '[seeds]\nseeds = ["x"]\n', 'there is no key "seeds". Known here: urls, files.'),
        (TOP + SITE + SENDER + '[seeds]\nfiles = ["sedes.txt"]\n', "Did you mean seeds.txt?"),
        (TOP + SITE + SENDER + '[seeds]\nfiles = ["no/such.txt"]\n', "Make the file, one address a line, or leave the name out."),
    ],
)
def test_what_people_get_wrong_is_told_with_what_they_meant(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "seeds.txt").write_text("https://a.example/\n")
    (problem,) = problems(tmp_path, text)
    assert said in problem
