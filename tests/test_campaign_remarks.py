"""What a campaign may say and seldom should."""

from __future__ import annotations

from pathlib import Path

import pytest

from prospector.campaign import DEMO, load_campaign
from prospector.campaign_remarks import haste, nothing_goes_out, unreachable_sites
from tests.test_campaign import SENDER, TOP, load


@pytest.mark.parametrize("delay", [0, 0.2, 0.99])
def test_a_pace_that_others_would_feel_is_said_with_its_line(tmp_path: Path, delay: float) -> None:
    text = TOP + '[[sites]]\nurl = "https://example.org/"\n' + SENDER + f"[crawl]\ndelay = {delay}\n"
    said = haste(load(tmp_path, text))
    assert said.startswith(f"campaign.toml:{text.splitlines().index(f'delay = {delay}') + 1}  crawl.delay: {delay:g} is less than a second")
    assert "small ones feel it" in said


def test_a_decent_pace_or_one_for_ones_own_site_or_the_demo_is_nobodys_business(tmp_path: Path) -> None:
    own = '[[sites]]\nurl = "https://example.org/"\ndelay = 0.1\n'
    assert haste(load(tmp_path, TOP + own + SENDER)) == ""
    assert haste(load(tmp_path, TOP + own + SENDER + "[crawl]\ndelay = 1\n")) == ""
    assert haste(load_campaign(DEMO, home=tmp_path)) == ""


def test_a_limit_that_lets_no_letter_out_is_said(tmp_path: Path) -> None:
    own = TOP + '[[sites]]\nurl = "https://example.org/"\n' + SENDER
    assert "no letter is ever exported" in nothing_goes_out(load(tmp_path, own + "[export]\nper_day = 0\n"))
    assert nothing_goes_out(load(tmp_path, own + "[export]\nper_day = 1\n")) == ""


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1", "192.168.1.4", "[::1]", "garden.local", "app.localhost"])
def test_a_site_that_nobody_else_can_see_is_named(tmp_path: Path, host: str) -> None:
    (said,) = unreachable_sites(load(tmp_path, TOP + f'[[sites]]\nurl = "http://{host}/"\n' + SENDER))
    assert "from this machine or network only" in said
    assert said.startswith("campaign.toml:")
    assert host in said


@pytest.mark.parametrize("host", ["example.org", "localhost.example.org", "93.184.215.14", "local.example"])
def test_other_sites_are_not(tmp_path: Path, host: str) -> None:
    assert unreachable_sites(load(tmp_path, TOP + f'[[sites]]\nurl = "https://{host}/"\n' + SENDER)) == ()
