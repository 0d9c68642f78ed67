"""A campaign file: what it means, and which one is taken."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from prospector import campaign as campaign_module
from prospector.campaign import CampaignError, find_campaign, load_campaign
from prospector.verdicts.policy import Passes, Policy

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


# -- a file without mistakes --------------------------------------------------------------------------------------------


def test_the_least_campaign_has_safe_defaults(tmp_path: Path) -> None:
    campaign = load(tmp_path, TOP + SITE + SENDER)
    assert campaign.goal == "links"
    assert (campaign.crawl.per_host, campaign.crawl.delay) == (1, 1.0)
    assert campaign.verdicts.policy() == Policy()
    assert campaign.site_urls() == ("https://example.org/",)
    assert campaign.database == tmp_path / "output" / "garden.db"
    assert (campaign.path, campaign.folder, campaign.home) == (tmp_path / "campaign.toml", tmp_path, tmp_path)
    assert not campaign.is_demo


def test_seeds_come_in_order_once_each_from_the_file_and_its_lists(tmp_path: Path) -> None:
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "a.csv").write_text("title;URL\nx;https://two.example/\ny;https://one.example/#again\n")
    seeds = '[seeds]\nurls = ["https://one.example", "HTTPS://Three.Example/a"]\nfiles = ["lists/a.csv"]\n'
    campaign = load(tmp_path, TOP + SITE + SENDER + seeds)
    assert campaign.seed_urls() == ("https://one.example/", "https://three.example/a", "https://two.example/")
    assert list(campaign.seed_places().values()) == ["campaign.toml:11", "campaign.toml:11", "lists/a.csv:2"]


def test_times_of_one_kind_change_nothing_else(tmp_path: Path) -> None:
    times = '[verdicts]\ngone = { passes = 3 }\ntransient = "90s"\n[verdicts.dns]\nspan = "1.5h"\ngap = "2w"\n'
    policy = load(tmp_path, TOP + SITE + SENDER + times).verdicts.policy()
    assert policy.gone == Passes(passes=3, gap=Policy().gone.gap)
    assert policy.dns == Passes(passes=Policy().dns.passes, gap=timedelta(weeks=2), span=timedelta(minutes=90))
    assert policy.transient == timedelta(seconds=90)
    assert policy.refused == Policy().refused


def test_only_what_the_file_names_wins_over_the_settings(tmp_path: Path) -> None:
    campaign = load(tmp_path, TOP + SITE + SENDER + "[crawl]\ndelay = 0\nconcurrency = 7\n")
    assert campaign.crawl.as_settings() == {"DOWNLOAD_DELAY": 0.0, "CONCURRENT_REQUESTS": 7}


def test_a_site_offers_what_its_patterns_allow(tmp_path: Path) -> None:
    site = load(tmp_path, TOP + SITE + 'include = ["/guides/*"]\nexclude = ["*.pdf"]\n' + SENDER).sites[0]
    assert site.offers("https://example.org/guides/soil?page=2")
    assert not site.offers("https://example.org/guides/soil.pdf")
    assert not site.offers("https://example.org/")


def test_a_list_of_pages_is_all_that_is_offered(tmp_path: Path) -> None:
    (tmp_path / "pages.txt").write_text("https://example.org/soil\n")
    site = load(tmp_path, TOP + SITE + 'pages = "pages.txt"\n' + SENDER).sites[0]
    assert site.pages == ("https://example.org/soil",)
    assert site.offers("https://example.org/soil")
    assert not site.offers("https://example.org/seeds")


def test_ignored_hosts_take_the_names_below_them_along(tmp_path: Path) -> None:
    ignore = '[ignore]\nhosts = ["Facebook.com", "bücher.example"]\nlinks = ["https://example.edu/login"]\n'
    ignored = load(tmp_path, TOP + SITE + SENDER + ignore).ignore
    assert ignored.covers("https://m.facebook.com/x")
    assert ignored.covers("https://xn--bcher-kva.example/")
    assert ignored.covers("https://example.edu/login?next=1")
    assert not ignored.covers("https://notfacebook.com/")
    assert not ignored.covers("https://example.edu/")


def test_letters_beside_the_file_come_before_the_programs_own(tmp_path: Path) -> None:
    bundled = load(tmp_path, TOP + SITE + SENDER).templates.folder
    assert bundled.name == "templates"
    assert bundled != tmp_path / "templates"
    (tmp_path / "templates").mkdir()
    assert load(tmp_path, TOP + SITE + SENDER).templates.folder == tmp_path / "templates"


def test_a_helper_needs_neither_site_nor_postal_address(tmp_path: Path) -> None:
    volunteer = SENDER.replace('"owner"', '"volunteer"').replace('postal_address = "1 Mill Lane, Anytown"\n', "")
    campaign = load(tmp_path, TOP + 'goal = "help"\n' + volunteer)
    assert (campaign.sites, campaign.sender.postal_address) == ((), None)


def test_notepads_byte_order_mark_and_line_ends_are_read(tmp_path: Path) -> None:
    path = tmp_path / "campaign.toml"
    path.write_bytes(b"\xef\xbb\xbf" + (TOP + SITE + SENDER).replace("\n", "\r\n").encode())
    assert load_campaign(path).name == "garden"


def test_a_campaign_does_not_change_after_reading(tmp_path: Path) -> None:
    campaign = load(tmp_path, TOP + SITE + SENDER)
    with pytest.raises(ValueError, match="frozen"):
        campaign.name = "other"


@pytest.mark.parametrize("given", ["client", "client/campaign.toml"])
def test_the_campaign_that_is_asked_for_by_folder_or_file(tmp_path: Path, given: str) -> None:
    (tmp_path / "client").mkdir()
    load(tmp_path / "client", TOP + SITE + SENDER)
    load(tmp_path, TOP.replace("garden", "here") + SITE + SENDER)
    campaign, why = find_campaign(given, tmp_path)
    assert campaign.database == tmp_path / "client" / "output" / "garden.db"
    assert why == f"campaign garden: {tmp_path / 'client' / 'campaign.toml'} (as asked)"


def test_else_the_campaign_of_this_folder(tmp_path: Path) -> None:
    load(tmp_path, TOP + SITE + SENDER)
    campaign, why = find_campaign(None, tmp_path)
    assert campaign.folder == tmp_path
    assert why.endswith("campaign.toml (found in this folder)")


def test_else_the_demo_whose_results_come_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    demo = tmp_path / "package" / "campaign.toml"
    demo.parent.mkdir()
    load(demo.parent, TOP.replace("garden", "demo") + SITE + SENDER)
    monkeypatch.setattr(campaign_module, "DEMO", demo)
    here = tmp_path / "here"
    here.mkdir()
    for given in (None, str(demo)):
        campaign, _ = find_campaign(given, here)
        assert campaign.is_demo
        assert campaign.database == here / "output" / "demo.db"
        assert campaign.folder == demo.parent
    assert find_campaign(None, here)[1].endswith("(the bundled demo: no campaign.toml in this folder or above it)")


def test_a_folder_inside_a_campaigns_folder_belongs_to_it(tmp_path: Path) -> None:
    load(tmp_path, TOP + SITE + SENDER)
    inside = tmp_path / "lists" / "old"
    inside.mkdir(parents=True)
    campaign, why = find_campaign(None, inside)
    assert campaign.database == tmp_path / "output" / "garden.db"
    assert why == f"campaign garden: {tmp_path / 'campaign.toml'} (found above this folder)"


@pytest.mark.parametrize("end", ["project", "home"])
def test_the_search_upwards_ends_at_a_projects_own_folder_and_at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: str) -> None:
    load(tmp_path, TOP + SITE + SENDER)
    inside = tmp_path / "checkout" / "docs"
    inside.mkdir(parents=True)
    if end == "home":
        monkeypatch.setattr(Path, "home", lambda: tmp_path / "checkout")
    else:
        (tmp_path / "checkout" / "scrapy.cfg").write_text("[settings]\n")
    assert find_campaign(None, inside)[0].is_demo


def test_a_campaign_asked_for_but_absent_is_not_replaced_by_another(tmp_path: Path) -> None:
    load(tmp_path, TOP + SITE + SENDER)
    with pytest.raises(CampaignError, match=r"^absent: no campaign file there \(looked for .*absent\)\. Name one, or make a folder"):
        find_campaign("absent", tmp_path)
