"""Pages made by scripts, rendered by a real Chromium inside a real crawl."""

from __future__ import annotations

import asyncio
import json

import pytest

from tests.browser.world import JSON, SCRIPT, SECONDS, Renderer, World

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

LINKS_FROM_API = """
fetch("/api/links.json").then(said => said.json()).then(links => {
  document.getElementById("root").innerHTML = links.map(url => `<a href="${url}">Gärtnern: ${url}</a>`).join(" ")
})"""


async def test_links_that_a_script_makes_are_in_the_answer(world: World, renderer: Renderer) -> None:
    url = world.page("http://links.test/links", '<title>Links</title><div id="root"></div><script src="/app.js"></script>')
    world.page("http://links.test/app.js", LINKS_FROM_API, headers=SCRIPT)
    world.page("http://links.test/api/links.json", json.dumps(["https://a.example/", "https://b.example/x?y=1&z"]), headers=JSON)
    said = await renderer.render(url)
    assert '<a href="https://a.example/">Gärtnern: https://a.example/</a>' in said["html"]
    assert 'href="https://b.example/x?y=1&amp;z"' in said["html"]
    assert (said["status"], said["url"], said["complete"], said["hops"]) == (200, url, True, [])
    assert said["content_type"] == "text/html; charset=utf-8"
    # all of it came through our network: our name, our robots.txt, and names that exist in our hosts file only
    assert world.asked("links.test") == ["/links", "/app.js", "/api/links.json"]
    assert {hit.headers["user-agent"] for hit in world.site.hits(host="links.test")} == {"Prospector/0.1 (link checker; run by a person)"}
    assert len(world.site.hits("/robots.txt", host="links.test")) == 1


async def test_a_script_that_pages_share_is_asked_for_once(world: World, renderer: Renderer) -> None:
    world.page("http://app.test/shared.js", "document.body.append(location.pathname)", headers=SCRIPT)
    for name in ("one", "two"):
        said = await renderer.render(world.page(f"http://app.test/{name}", '<body><script src="/shared.js"></script>'))
        assert f"/{name}" in said["html"]
    assert world.asked("app.test").count("/shared.js") == 1


async def test_redirects_of_the_document_are_hops(world: World, renderer: Renderer) -> None:
    world.page("http://app.test/old", "", status=301, headers={"Location": "http://other.test/folder/new"})
    world.page("http://other.test/folder/new", '<body><script src="near.js"></script>')
    world.page("http://other.test/folder/near.js", "document.body.append('from the new place')", headers=SCRIPT)
    said = await renderer.render("http://app.test/old")
    assert said["url"] == "http://other.test/folder/new"
    assert said["hops"] == [["http://app.test/old", 301, "http://other.test/folder/new"]]
    assert "from the new place" in said["html"]


async def test_a_page_that_moves_its_reader_by_script_has_a_hop_for_it(world: World, renderer: Renderer) -> None:
    world.page("http://app.test/door", '<script>location.replace("/hall")</script>')
    world.page("http://app.test/hall", "<h1>Hall</h1>", status=404)
    said = await renderer.render("http://app.test/door")
    assert (said["url"], said["status"]) == ("http://app.test/hall", 404)
    assert said["hops"] == [["http://app.test/door", 200, "http://app.test/hall"]]
    assert "<h1>Hall</h1>" in said["html"]


async def test_pages_that_send_each_other_their_reader_are_a_loop(world: World, renderer: Renderer) -> None:
    world.page("http://app.test/ping", '<script>location.href = "/pong"</script>')
    world.page("http://app.test/pong", '<meta http-equiv="refresh" content="0;url=/ping">')
    said = await renderer.render("http://app.test/ping")
    assert said["outcome"] == "redirect_loop"
    assert [hop[0] for hop in said["hops"]] == ["http://app.test/ping", "http://app.test/pong"]


async def test_a_page_that_leads_on_and_on_is_left(world: World, renderer: Renderer) -> None:
    for number in range(6):
        world.page(f"http://app.test/step{number}", f'<script>location.href = "/step{number + 1}"</script>')
    said = await renderer.render("http://app.test/step0")
    assert said["outcome"] == "too_many_hops"


async def test_a_page_that_reloads_itself_stays(world: World, renderer: Renderer) -> None:
    url = world.page("http://app.test/again", "<h1>Again</h1><script>location.reload()</script>")
    said = await renderer.render(url)
    assert "<h1>Again</h1>" in said["html"]
    assert world.asked("app.test").count("/again") == 1


async def test_the_document_obeys_robots_txt(world: World, renderer: Renderer) -> None:
    world.site.serves("/robots.txt", host="private.test", body="User-agent: *\nDisallow: /private\n")
    said = await renderer.render(world.page("http://private.test/private", "<p>secret"))
    assert said["outcome"] == "forbidden_by_robots"
    assert "/private" not in world.asked("private.test")


async def test_what_is_no_web_page_comes_back_as_it_is(world: World, renderer: Renderer) -> None:
    url = world.page("http://app.test/data.json", '{"a": 1}', headers=JSON)
    said = await renderer.render(url)
    assert (said["html"], said["content_type"]) == ('{"a": 1}', "application/json")


async def test_a_host_that_fails_fails_as_it_does_without_a_browser(renderer: Renderer) -> None:
    said = await renderer.render("http://nowhere.test/")
    assert said["outcome"] == "no_host"


async def test_an_old_charset_becomes_utf_8(world: World, renderer: Renderer) -> None:
    text = "<p>Blumenkohl für Anfänger</p><script>document.body.append('größer')</script>"
    world.site.serves("/alt", host="app.test", body=text.encode("latin-1"), headers={"Content-Type": "text/html; charset=iso-8859-1"})
    said = await renderer.render("http://app.test/alt")
    assert "für Anfänger" in said["html"]
    assert "größer" in said["html"]


async def test_a_page_whose_data_is_out_of_reach_is_not_complete(world: World, renderer: Renderer) -> None:
    world.page("http://app.test/sick", "no", status=503)
    for number, request in enumerate(('fetch("/sick")', 'fetch("/api", {method: "POST", body: "query"})', 'fetch("http://nowhere.test/")')):
        url = world.page(f"http://app.test/lacking{number}", f"<h1>Lost</h1><script>{request}.catch(() => 0)</script>")
        said = await renderer.render(url)
        assert (said["outcome"], said["complete"]) == ("answered", False), request
    assert "/api" not in world.asked("app.test")


async def test_data_that_is_not_there_is_an_answer(world: World, renderer: Renderer) -> None:
    url = world.page(
        "http://app.test/lost", '<script>fetch("/api/page/7").then(said => document.write(`<h1>${said.status}</h1>`))</script>'
    )
    said = await renderer.render(url)
    assert "404" in said["html"]
    assert said["complete"]


async def test_what_no_reader_of_text_needs_is_not_asked_for(world: World, renderer: Renderer) -> None:
    url = world.page(
        "http://app.test/rich",
        """<link rel=stylesheet href="/look.css"><link rel=icon href="/icon.png"><style>@font-face{font-family:f;src:url(/f.woff2)}body{font-family:f}</style>
        <img src="/photo.png"><video src="/film.mp4"></video><iframe src="/frame"></iframe><object data="/object"></object>
        <script>const css = document.createElement("link"); css.rel = "stylesheet"; css.href = "/late.css";
        css.onload = () => document.body.append("style came"); document.head.append(css); navigator.sendBeacon("/beacon", "x")</script>""",
    )
    said = await renderer.render(url)
    assert "style came" in said["html"]
    assert said["complete"]
    beside = {"/look.css", "/icon.png", "/f.woff2", "/photo.png", "/film.mp4", "/frame", "/object", "/late.css", "/beacon"}
    assert not beside & set(world.asked("app.test"))


@pytest.mark.torture  # counts what overlaps in time: a busy machine fails it
async def test_two_pages_at_once_and_no_more(world: World, renderer: Renderer) -> None:
    for number in range(4):
        world.page(f"http://busy.test/page{number}", f'<body><script src="/wait{number}.js"></script>')
        world.page(f"http://busy.test/wait{number}.js", f"document.body.append('waited {number}')", headers=SCRIPT, delay=1)
    all_said = await asyncio.gather(*(renderer.render(f"http://busy.test/page{number}") for number in range(4)))
    for number, said in enumerate(all_said):
        assert f"waited {number}" in said["html"]
    assert world.site.most_at_once("busy.test") == 2


async def test_one_page_knows_nothing_of_another(world: World, renderer: Renderer) -> None:
    leave = world.page("http://app.test/leave", "<script>localStorage.note = document.cookie = 'seen=1'</script>")
    find = world.page("http://app.test/find", "<script>document.write(`found ${localStorage.note} ${document.cookie}.`)</script>")
    await renderer.render(leave)
    assert "found undefined ." in (await renderer.render(find))["html"]


async def test_a_page_that_nobody_waits_for_any_more_is_closed(world: World, renderer: Renderer) -> None:
    url = world.page("http://slow.test/unwanted", '<script src="/never.js"></script>')
    world.page("http://slow.test/never.js", "", headers=SCRIPT, delay=5)
    said = await asyncio.gather(*(renderer.render(url, cancel_after=seconds) for seconds in (0.01, 0.4, 0.8)))
    assert [one["outcome"] for one in said] == ["cancelled"] * 3
    after = await renderer.render(world.page("http://app.test/wanted", "<script>document.write('in time')</script>"))
    assert "in time" in after["html"]
    assert after["took"] < SECONDS  # it did not have to wait for them to end
