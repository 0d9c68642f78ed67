"""Pages that want out, or won't end: nothing leaves the browser but through our network, and every page comes to an end."""

from __future__ import annotations

import asyncio

import pytest

from tests.browser.world import SCRIPT, SECONDS, Bystander, Renderer, World

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

# Each line is a way to send something somewhere. BY is the bystander; what the page itself hears is written into it.
WAYS_OUT = """
const say = (name, what) => document.getElementById("said").append(` [${name}: ${what}]`);
const attempt = (name, f) => { try { Promise.resolve(f()).then(x => say(name, "got " + x), e => say(name, "failed")) } catch (e) { say(name, "failed") } };
attempt("fetch", () => fetch("http://BY/fetch").then(r => r.status));
attempt("no-cors", () => fetch("http://BY/nocors", {mode: "no-cors"}).then(r => r.type));
attempt("localhost", () => fetch("http://localhost:PORT/").then(r => r.status));
attempt("ipv6", () => fetch("http://[::1]:PORT/").then(r => r.status));
attempt("decimal", () => fetch("http://2130706433:PORT/").then(r => r.status));
attempt("metadata", () => fetch("http://169.254.169.254/latest/meta-data/").then(r => r.status));
attempt("file", () => fetch("file:///etc/passwd").then(r => r.text()));
attempt("xhr", () => new Promise((yes, no) => { const x = new XMLHttpRequest(); x.open("GET", "http://BY/xhr"); x.onload = () => yes(x.status); x.onerror = no; x.send() }));
attempt("post", () => fetch("http://BY/post", {method: "POST", body: "x"}).then(r => r.status));
attempt("websocket", () => new Promise((yes, no) => { const w = new WebSocket("ws://BY/ws"); w.onopen = yes; w.onerror = no }));
attempt("events", () => new Promise((yes, no) => { const e = new EventSource("http://BY/events"); e.onopen = yes; e.onerror = no }));
attempt("webtransport", () => new WebTransport("https://BY/wt").ready);
attempt("webrtc", () => { const c = new RTCPeerConnection({iceServers: [{urls: "stun:BY"}, {urls: "turn:BY?transport=tcp", username: "a", credential: "b"}]});
  c.createDataChannel("x"); return c.createOffer().then(o => c.setLocalDescription(o)).then(() => "offer") });
const code = URL.createObjectURL(new Blob(["fetch('http://BY/worker'); new WebSocket('ws://BY/workerws')"], {type: "text/javascript"}));
attempt("worker", () => new Worker(code));
attempt("shared worker", () => new SharedWorker(code));
attempt("service worker", () => navigator.serviceWorker.register("/service.js"));
attempt("beacon", () => navigator.sendBeacon("http://BY/beacon", "x"));
attempt("window", () => window.open("http://BY/window"));
for (const rel of ["dns-prefetch", "preconnect", "prefetch", "prerender", "modulepreload", "preload", "manifest", "icon", "stylesheet"]) {
  const link = document.createElement("link"); link.rel = rel; link.as = "script"; link.href = "http://BY/" + rel; document.head.append(link) }
const rules = document.createElement("script"); rules.type = "speculationrules";
rules.textContent = JSON.stringify({prefetch: [{source: "list", urls: ["http://BY/spec"]}], prerender: [{source: "list", urls: ["/spec"]}]}); document.head.append(rules);
for (const [tag, name] of [["img", "src"], ["iframe", "src"], ["object", "data"], ["embed", "src"], ["video", "src"], ["audio", "src"], ["script", "src"], ["track", "src"]]) {
  const element = document.createElement(tag); element[name] = "http://BY/" + tag; document.body.append(element) }
const form = document.createElement("form"); form.action = "http://BY/form"; form.method = "POST"; form.target = "_blank"; document.body.append(form); form.submit();
const anchor = document.createElement("a"); anchor.href = "/download"; anchor.download = "x"; anchor.ping = "http://BY/ping"; document.body.append(anchor); anchor.click();
anchor.removeAttribute("download"); anchor.href = "http://BY/anchor"; anchor.target = "_blank"; anchor.click();
"""


@pytest.mark.parametrize("scheme", ["http", "https"])  # some ways are open to secure pages only
async def test_nothing_gets_out_past_our_network(world: World, renderer: Renderer, bystander: Bystander, scheme: str) -> None:
    script = WAYS_OUT.replace("BY", f"127.0.0.1:{bystander.port}").replace("PORT", str(bystander.port))
    world.page(f"{scheme}://evil.test/service.js", "fetch('http://app.test/from-service-worker')", headers=SCRIPT)
    url = world.page(f"{scheme}://evil.test/ways-out", f'<p id="said"></p><script>{script}</script>')
    said = await renderer.render(url)
    await asyncio.sleep(0.5)
    assert bystander.heard == []
    assert "root:" not in said["html"]  # of /etc/passwd
    assert said["html"].count(": failed]") >= 12
    assert "[fetch: got" not in said["html"]
    assert not said["complete"]
    assert "/service.js" not in world.asked("evil.test")


@pytest.mark.parametrize(
    "there", ["http://127.0.0.1:{port}/", "http://169.254.169.254/latest/meta-data/", "http://[::ffff:127.0.0.1]:{port}/"]
)
async def test_a_page_can_not_lead_into_the_private_network(world: World, renderer: Renderer, bystander: Bystander, there: str) -> None:
    url = world.page("http://evil.test/leads", f'<script>location = "{there.format(port=bystander.port)}"</script>')
    said = await renderer.render(url)
    assert said["outcome"] in {"address_refused", "forbidden_by_robots"}  # a robots.txt that can't be had forbids
    assert bystander.heard == []


async def test_other_schemes_lead_nowhere(world: World, renderer: Renderer) -> None:
    schemes = [
        "file:///etc/passwd",
        "chrome://settings",
        "data:text/html,root:x",
        "javascript:void 0",
        "about:blank",
        "view-source:http://app.test/",
    ]
    pages = [
        world.page(f"http://evil.test/scheme{n}", f'<h1>Here</h1><script>location = "{there}"</script>') for n, there in enumerate(schemes)
    ]
    for there, said in zip(schemes, await asyncio.gather(*map(renderer.render, pages)), strict=True):
        assert said["outcome"] == "answered", there
        assert "root:x" not in said["html"].partition("<script>")[0], there


NEVER_ENDING = {
    "loop": "for (;;) {}",
    "promises": "const again = () => Promise.resolve().then(again); again()",
}


async def test_a_script_that_never_ends_is_ended(world: World, renderer: Renderer) -> None:
    pages = [
        world.page(f"http://evil.test/endless-{name}", f"<h1>Here</h1><script>{script}</script>") for name, script in NEVER_ENDING.items()
    ]
    for name, said in zip(NEVER_ENDING, await asyncio.gather(*map(renderer.render, pages)), strict=True):
        assert said["outcome"] == "timed_out", name
        assert said["detail"] == f"its scripts gave no answer within {SECONDS * 1.5:.0f} seconds"
        assert said["available"] == ""
        assert said["took"] < 4 * SECONDS, name


async def test_a_page_that_eats_memory_dies_of_it(world: World, renderer: Renderer) -> None:
    eats = "const all = []; for (;;) all.push(new Array(1e6).fill(all.length))"
    said = await renderer.render(world.page("http://evil.test/eats", f"<h1>Here</h1><script>{eats}</script>"))
    # the ceiling for objects ends it long before its time, where the machine has nothing else to do
    assert (said["outcome"] == "garbage" and "crashed" in said["detail"]) or said["outcome"] == "timed_out"


RESTLESS = {
    "dialogs": "for (let n = 0; n < 500; n++) { alert(n); confirm(n); prompt(n) }",
    "print": "print(); setInterval(print, 10)",
    "leaving": "onbeforeunload = e => e.preventDefault(); onunload = onpagehide = () => { for (;;) {} }",
    "windows": "setInterval(() => window.open('/window' + Math.random()), 10)",
    "requests": "setInterval(() => fetch('/more' + Math.random()), 5)",
    "changes": "setInterval(() => document.body.append(Math.random()), 10)",
    "open": "document.open(); document.write('<h1>Here</h1>')",
    "addresses": "setInterval(() => { location.hash = Math.random(); history.pushState(0, '', '/at' + Math.random()) }, 20)",
    "reloads": "setInterval(() => location.reload(), 10)",
    "pretended": "Object.defineProperty(Element.prototype, 'outerHTML', {get: () => 'PRETENDED'.repeat(1e8)})",
}


@pytest.mark.torture  # four pages that never rest, within their seconds: a busy machine fails it
async def test_a_page_without_rest_is_read_as_it_stands(world: World, renderer: Renderer) -> None:
    pages = [
        world.page(f"http://evil.test/restless-{name}", f"<h1>Here</h1><script>{script}</script>") for name, script in RESTLESS.items()
    ]
    for name, said in zip(RESTLESS, await asyncio.gather(*map(renderer.render, pages)), strict=True):
        assert said["outcome"] == "answered", name
        assert "<h1>Here</h1>" in said["html"], name
        assert "PRETENDEDPRETENDED" not in said["html"]


async def test_a_document_that_removes_itself_is_empty(world: World, renderer: Renderer) -> None:
    said = await renderer.render(world.page("http://evil.test/nothing", "<h1>Here</h1><script>document.documentElement.remove()</script>"))
    assert (said["outcome"], said["html"]) == ("answered", "")


async def test_requests_have_a_ceiling(world: World, renderer: Renderer) -> None:
    url = world.page(
        "http://evil.test/many", "<h1>Here</h1><script>for (let n = 0; n < 500; n++) fetch('/part' + n).catch(() => 0)</script>"
    )
    said = await renderer.render(url)
    asked = [path for path in world.asked("evil.test") if path.startswith("/part")]
    assert len(asked) == 60
    assert not said["complete"]


async def test_a_document_that_grows_without_end_is_cut(world: World, renderer: Renderer) -> None:
    grow = "for (let n = 0; n < 200; n++) document.querySelector('p').append('x'.repeat(1e5))"  # 20 MB, twice what a page may have
    url = world.page("http://evil.test/huge", f"<h1>Here</h1><p hidden></p><script>{grow}</script>")
    said = await renderer.render(url)
    assert len(said["html"]) == 10 * 1024 * 1024
    assert not said["complete"]


async def test_a_page_that_kills_its_browser_does_not_take_the_next_one_along(world: World, renderer: Renderer) -> None:
    deep = "let e = document.body; for (let n = 0; n < 5e4; n++) { e = e.appendChild(document.createElement('b')) }"
    said = await renderer.render(world.page("http://evil.test/deep", f"<h1>Here</h1><script>{deep}</script>"))
    assert said["outcome"] in {"answered", "timed_out", "garbage"}
    after = await renderer.render(world.page("http://app.test/after", "<script>document.write('still here')</script>"))
    assert "still here" in after["html"]
