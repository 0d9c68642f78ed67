"""The taxonomy, one observation at a time: what a server answers, and the kind it comes to."""

from __future__ import annotations

from dataclasses import replace

import pytest

from prospector.items import Hop, Observation, Outcome, VerdictKind, Via
from prospector.verdicts.evidence import DOMAIN_GONE
from prospector.verdicts.looks import Look, look
from tests.verdicts.world import HOME, LOST, PROSE, Site, answered, failed, page, site, visit

URL = "https://lake.example/garden/herb-spiral.html"
PATH = "/garden/herb-spiral.html"
PARKED = "<title>lake.example is for sale!</title><body>Buy this domain. Related searches</body>"
CHALLENGE = "<title>Just a moment...</title><body><script>window._cf_chl_opt={}</script></body>"
SHELL = '<title>App</title><body><div id="root"></div><script src="/main.js"></script></body>'
CASINO = page("Slot Gacor: situs judi online, togel dan maxwin")


def verdict(host: Site, url: str = URL, *anchors: str) -> Look:
    return look(visit(host, url, anchors=anchors))


def kind(host: Site, url: str = URL, *anchors: str) -> VerdictKind:
    return verdict(host, url, *anchors).kind


# -- by what happened -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (Outcome.NO_HOST, VerdictKind.DNS),
        (Outcome.DNS_FAILED, VerdictKind.TRANSIENT),
        (Outcome.REFUSED, VerdictKind.REFUSED),
        (Outcome.TIMED_OUT, VerdictKind.TRANSIENT),
        (Outcome.TLS_FAILED, VerdictKind.TRANSIENT),
        (Outcome.TRUNCATED, VerdictKind.TRANSIENT),
        (Outcome.GARBAGE, VerdictKind.TRANSIENT),
        (Outcome.REDIRECT_LOOP, VerdictKind.UNKNOWN),
        (Outcome.TOO_MANY_HOPS, VerdictKind.UNKNOWN),
        (Outcome.FORBIDDEN_BY_ROBOTS, VerdictKind.UNKNOWN),
        (Outcome.ADDRESS_REFUSED, VerdictKind.UNKNOWN),
        (Outcome.HOST_STOPPED, VerdictKind.BLOCKED),
        (Outcome.BAD_URL, VerdictKind.UNKNOWN),
    ],
)
def test_what_happened_without_an_answer(outcome: Outcome, expected: VerdictKind) -> None:
    assert look(failed(outcome)).kind is expected


def test_every_outcome_has_a_verdict_and_a_sentence() -> None:
    for outcome in Outcome:
        found = look(replace(failed(outcome), status=200 if outcome is Outcome.ANSWERED else None))
        assert found.reason.endswith(".")


def test_a_lost_name_says_whether_the_whole_domain_is_gone() -> None:
    assert look(failed(Outcome.NO_HOST)).reason == "The host name lake.example does not exist."
    assert look(failed(Outcome.NO_HOST, detail=DOMAIN_GONE)).reason == "The domain of lake.example no longer exists."


@pytest.mark.parametrize("status", [401, 402, 403, 405, 406, 407, 412, 421, 428, 429, 440, 449, 451, 999])
def test_statuses_that_turn_us_away_are_blocked(status: int) -> None:
    assert look(answered(status, html="")).kind is VerdictKind.BLOCKED


@pytest.mark.parametrize("status", [408, 425, 500, 501, 502, 503, 504, 508, 520, 521, 522, 523, 524, 525, 526, 527, 530, 599])
def test_statuses_of_a_server_in_trouble_are_transient(status: int) -> None:
    assert look(answered(status)).kind is VerdictKind.TRANSIENT


@pytest.mark.parametrize("status", [404, 410])
def test_only_404_and_410_are_gone(status: int) -> None:
    assert look(answered(status, html=LOST)).kind is VerdictKind.GONE


@pytest.mark.parametrize("status", [100, 204, 300, 304, 400, 409, 411, 413, 414, 415, 416, 417, 418, 422, 423, 424, 426, 431, 600, 700])
def test_any_other_status_says_nothing(status: int) -> None:
    assert look(answered(status)).kind is VerdictKind.UNKNOWN


def test_an_empty_body_is_transient() -> None:
    assert look(answered(200, html="")).kind is VerdictKind.TRANSIENT


# -- the body is classified before the status is believed ---------------------------------------------------------------


@pytest.mark.parametrize("status", [200, 202, 403, 404, 410, 500, 503])
def test_a_challenge_is_blocked_at_any_status(status: int) -> None:
    assert kind(site(other=(status, CHALLENGE))) is VerdictKind.BLOCKED


@pytest.mark.parametrize(
    "wall",
    [
        "<title>Sign in</title><form><input name=user><input type=password></form>",
        "<title>Before you continue</title><body><p>We use cookies.</p></body>",
        "<title>Video</title><body><p>This content is not available in your country.</p></body>",
        "<title>Please wait</title><body>Verify you are human <div class='g-recaptcha'></div></body>",
    ],
)
@pytest.mark.parametrize("status", [200, 404])
def test_login_consent_region_and_captcha_walls_are_blocked(wall: str, status: int) -> None:
    assert kind(site(other=(status, wall))) is VerdictKind.BLOCKED


def test_a_challenge_told_by_a_header_is_blocked() -> None:
    assert look(replace(answered(404, html=LOST), headers={"CF-Mitigated": "challenge"})).kind is VerdictKind.BLOCKED


def test_a_redirect_to_a_login_is_blocked_and_a_link_to_a_login_page_is_not() -> None:
    form = page("Members", "Your name please. " + PROSE)
    assert kind(site({PATH: (302, "/login?next=/"), "/login?next=/": (200, form)})) is VerdictKind.BLOCKED
    assert kind(site({"/login": (200, form)}), "https://lake.example/login") is VerdictKind.ALIVE


def test_a_wordless_404_on_a_host_behind_a_wall_is_blocked() -> None:
    assert kind(site({"/": (403, CHALLENGE)}, other=(404, ""))) is VerdictKind.BLOCKED
    assert kind(site(other=(404, ""))) is VerdictKind.GONE


def test_a_side_bar_with_a_login_does_not_hide_a_missing_page() -> None:
    html = "<title>Page not found</title><body><h1>Sign in</h1><input type=password></body>"
    assert kind(site(other=(404, html))) is VerdictKind.GONE


@pytest.mark.parametrize("status", [200, 404])
def test_an_outage_page_is_transient_at_any_status(status: int) -> None:
    down = "<title>Down for maintenance</title><body>Back soon.</body>"
    assert kind(site({"/": (status, down)}, other=(status, down))) is VerdictKind.TRANSIENT


def test_an_article_about_outages_and_robots_is_alive() -> None:
    assert kind(site({PATH: (200, page("Herb spiral: 503 service unavailable, captcha and access denied explained"))})) is VerdictKind.ALIVE


# -- parked, suspended, default pages -----------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [200, 403, 404, 500])
def test_a_parking_page_on_every_path_is_parked_at_any_status(status: int) -> None:
    assert kind(site({"/": (status, PARKED)}, other=(status, PARKED))) is VerdictKind.PARKED


def test_a_parked_root_counts_with_any_made_up_address() -> None:
    assert kind(site({"/": (200, PARKED)}, other=(200, PARKED)), "https://lake.example/") is VerdictKind.PARKED


def test_a_page_about_parking_is_alive() -> None:
    about = page("Herb spiral: this domain is parked, and what domain parking means")
    assert kind(site({PATH: (200, about)})) is VerdictKind.ALIVE


def test_what_looks_parked_but_could_not_be_compared_is_unknown() -> None:
    seen = visit(site({"/": (200, PARKED)}, other=(200, PARKED)), URL)
    assert look(replace(seen, controls=())).kind is VerdictKind.UNKNOWN


def test_a_path_of_its_own_that_leads_to_a_market_of_names_is_parked_or_redirected() -> None:
    assert kind(
        site(
            {"/": (302, "https://www.hugedomains.com/domain_profile.cfm?d=lake.example")},
            other=(302, "https://www.hugedomains.com/domain_profile.cfm?d=lake.example"),
        )
    ).dead


@pytest.mark.parametrize("title", ["Account Suspended", "Apache2 Ubuntu Default Page: It works", "Welcome to nginx!"])
def test_a_suspended_or_emptied_host_is_dead(title: str) -> None:
    default = f"<title>{title}</title><body><p>Nothing else.</p></body>"
    assert kind(site({"/": (200, default)}, other=(200, default))) is VerdictKind.PARKED


def test_a_default_page_at_the_root_itself_is_unknown() -> None:
    default = "<title>Welcome to nginx!</title><body><p>If you see this page.</p></body>"
    assert kind(site({"/": (200, default)}), "https://lake.example/") is VerdictKind.UNKNOWN


# -- soft 404 -----------------------------------------------------------------------------------------------------------


def test_wording_and_a_made_up_address_that_answers_alike_is_a_soft_404() -> None:
    assert kind(site(other=(200, LOST))) is VerdictKind.SOFT404


@pytest.mark.parametrize(
    "title",
    [
        "Seite nicht gefunden",
        "Page introuvable",
        "Página no encontrada",
        "Pagina non trovata",
        "Página não encontrada",
        "Pagina niet gevonden",
        "Nie znaleziono strony",
        "Страница не найдена",
        "ページが見つかりません",
        "页面不存在",
        "Sidan hittades inte",
        "Stránka nenalezena",
        "Sayfa bulunamadı",
    ],
)
def test_soft_404_in_many_languages(title: str) -> None:
    assert kind(site(other=(200, page(title, "…")))) is VerdictKind.SOFT404


def test_an_answer_that_repeats_the_address_is_still_alike() -> None:
    def host(path: str) -> tuple[int, str]:
        return (
            (200, HOME)
            if path == "/"
            else (200, page("Sorry", f"There is no {path} on this server. Try the search or write to the keeper of the pond."))
        )

    assert kind(host) is VerdictKind.SOFT404


def test_without_wording_both_made_up_addresses_must_be_alike_and_the_root_unlike() -> None:
    same = page("Lake Society", "Choose a topic from the list on the left. " + PROSE)
    assert kind(site(other=(200, same))) is VerdictKind.SOFT404
    assert kind(site({"/": (200, same)}, other=(200, same))) is VerdictKind.UNKNOWN


def test_a_real_page_of_a_host_that_shows_errors_as_200_is_alive() -> None:
    assert kind(site({PATH: (200, page("Herb spiral"))}, other=(200, LOST))) is VerdictKind.ALIVE
    assert kind(site({PATH: (200, page("Rosemary", PROSE))}, other=(200, LOST))) is VerdictKind.ALIVE


def test_an_article_about_missing_pages_on_an_honest_host_is_alive() -> None:
    assert kind(site({PATH: (200, page("Page not found: a history of the error"))})) is VerdictKind.ALIVE


def test_wording_that_nothing_bears_out_is_unknown() -> None:
    assert kind(site({PATH: (200, LOST)}, other=(200, page("Search", PROSE)))) is VerdictKind.UNKNOWN


def test_a_root_is_never_a_soft_404_but_an_index_page_may_be() -> None:
    everywhere = site({"/": (200, LOST)}, other=(200, LOST))
    assert kind(everywhere, "https://lake.example/") is VerdictKind.UNKNOWN
    assert kind(site(other=(200, LOST)), "https://lake.example/index.jsp") is VerdictKind.SOFT404
    assert kind(site(), "https://lake.example/", "Quince jelly") is VerdictKind.ALIVE


def test_a_page_that_scripts_build_is_unknown_where_every_address_looks_the_same() -> None:
    assert kind(site(other=(200, SHELL))) is VerdictKind.UNKNOWN
    assert kind(site({"/": (200, SHELL)}, other=(200, SHELL))) is VerdictKind.UNKNOWN
    assert kind(site({PATH: (200, SHELL)})) is VerdictKind.ALIVE


def test_words_that_only_the_page_has_save_it() -> None:
    template = page("Shop", "Herb spiral kits and other goods. " + PROSE * 8, head='<meta name="robots" content="noindex">')
    other = page("Shop", "Nothing chosen and other goods. " + PROSE * 8)
    seen = visit(site({PATH: (200, template)}, other=(200, other)), URL)
    assert look(seen).kind is VerdictKind.ALIVE


# -- redirects ----------------------------------------------------------------------------------------------------------


def test_a_host_that_sends_every_lost_visitor_home_is_redirected() -> None:
    found = verdict(site(other=(302, "/")))
    assert found.kind is VerdictKind.REDIRECTED
    assert "home page" in found.reason


def test_to_the_folder_above_or_to_another_site_likewise() -> None:
    assert kind(site({"/garden/": (200, page("Beds", PROSE))}, other=(302, "/garden/"))) is VerdictKind.REDIRECTED
    assert kind(site(other=(301, "https://market.example/"))) is VerdictKind.REDIRECTED


def test_a_single_page_that_moved_is_alive_and_says_where_to() -> None:
    moved = verdict(site({PATH: (301, "https://herbs.example/spiral")}))
    assert moved.kind is VerdictKind.ALIVE
    assert moved.moved_to == "https://herbs.example/spiral"


def test_a_page_sent_away_for_the_moment_is_alive_without_a_new_address() -> None:
    assert verdict(site({PATH: (302, "https://herbs.example/spiral")})).moved_to == ""


def test_a_home_page_that_holds_the_promised_words_is_no_death() -> None:
    home = page("Lake Society", "Our herb spiral is open. " + PROSE)
    assert kind(site({"/": (200, home)}, other=(302, "/"))) is VerdictKind.ALIVE


def test_a_site_that_moved_house_as_a_whole_is_alive() -> None:
    assert (
        kind(site({"/": (301, "https://society.example/")}, other=(301, "https://society.example/")), "https://lake.example/")
        is VerdictKind.ALIVE
    )


def test_http_to_https_is_no_move() -> None:
    seen = replace(answered(200), target_url="http://lake.example/a/page.html")
    found = look(seen)
    assert (found.kind, found.moved_to) == (VerdictKind.ALIVE, "")
    assert found.reason == "The page answers; only by https."


def test_a_redirect_that_could_not_be_measured_is_unknown() -> None:
    seen = visit(site(other=(302, "/")), URL)
    assert look(replace(seen, controls=())).kind is VerdictKind.UNKNOWN


def test_a_suspect_on_a_host_behind_a_wall_is_blocked() -> None:
    def host(path: str) -> tuple[int, str]:
        return (302, "/welcome/") if path == PATH else (200, page("Welcome", PROSE)) if path == "/welcome/" else (403, CHALLENGE)

    assert kind(replace_home(host)) is VerdictKind.BLOCKED


def replace_home(host: Site) -> Site:
    """The lost page leads to another site, all else of the host is walled."""
    return lambda path: (302, "https://market.example/") if path == PATH else host(path)


def test_a_refresh_on_a_thin_page_is_a_redirect_by_other_means() -> None:
    hand_on = '<head><meta http-equiv="refresh" content="0;url=/"></head><body>One moment.</body>'
    assert kind(site(other=(200, hand_on))) is VerdictKind.REDIRECTED
    moved = verdict(site({PATH: (200, hand_on.replace("/", "/herbs/new.html", 1).replace("url=/", "url=/herbs/new.html"))}))
    assert moved.kind is VerdictKind.ALIVE


def test_a_certificate_is_never_death() -> None:
    found = look(replace(answered(200), certificate="expired"))
    assert found.kind is VerdictKind.ALIVE
    assert "certificate" in found.reason


# -- hijacked -----------------------------------------------------------------------------------------------------------


def test_gambling_in_place_of_herbs_is_hijacked() -> None:
    found = verdict(site({PATH: (200, CASINO)}), URL, "Herb spirals for beginners")
    assert found.kind is VerdictKind.HIJACKED
    assert "judi online" in found.reason


@pytest.mark.parametrize(
    ("html", "url", "anchor"),
    [
        (CASINO, URL, "Slot gacor and its victims"),
        (CASINO, "https://judi-online-watch.example/a/report-on-games.html", "Annual report"),
        (page("The casino of Monte Carlo"), URL, "Old postcards"),
        (page("Herb spiral") + "<h2>Togel</h2><h2>Slot gacor</h2>", URL, "Herb spiral"),
        (CASINO, "https://lake.example/4711.html", ""),
    ],
)
def test_the_subject_of_the_link_itself_is_no_hijack(html: str, url: str, anchor: str) -> None:
    host: Site = lambda path: (200, HOME) if path == "/" else (200, html) if url.endswith(path) else (404, LOST)  # noqa: E731 - one host a case
    assert kind(host, url, anchor) is VerdictKind.ALIVE


# -- a person's word ----------------------------------------------------------------------------------------------------


def test_a_person_speaks_by_status() -> None:
    assert look(answered(200, via=Via.PERSON)).kind is VerdictKind.ALIVE
    assert look(answered(410, via=Via.PERSON)).kind is VerdictKind.GONE


def test_a_registry_without_the_name_speaks_of_dns() -> None:
    record = Observation(target_url=URL, observed_at=answered().observed_at, outcome=Outcome.ANSWERED, status=404, via=Via.RDAP)
    assert look(record).kind is VerdictKind.DNS


def test_hops_to_a_dead_host_name_that_host() -> None:
    seen = replace(
        failed(Outcome.NO_HOST), final_url="https://old.example/x", hops=(Hop(url=URL, status=301, location="https://old.example/x"),)
    )
    assert "old.example" in look(seen).reason


def test_one_alike_neighbour_of_its_shape_is_neither_death_nor_life() -> None:
    """The host's other two requests went to addresses of another shape, which another program answers."""
    seen = visit(
        site(other=(200, page("Herbs", "Everything about herbs. " * 40))), "https://lake.example/garden/12345.html", anchors=["Dahlias"]
    )
    own, other, root = seen.controls
    elsewhere = replace(other, url="https://lake.example/shop/item-qwrtz", similarity=0.1, sha256="0")
    assert look(seen).kind is VerdictKind.SOFT404
    assert look(replace(seen, controls=(own, elsewhere, root))).rules == ("one-sibling",)
