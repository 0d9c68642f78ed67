"""Application shells: pages that hold scripts and next to nothing else, until a browser has run them."""

from __future__ import annotations

from selectolax.lexbor import LexborNode

from prospector.links.parsing import parse
from prospector.links.sites import site_of
from prospector.links.urls import normalise

FEW_WORDS = 250  # characters of visible text: a title, a menu, a note that JavaScript is needed
# where frameworks put the page when their script runs: empty before that, whatever stands around it
MOUNTS = "#root,#app,#app-root,#__next,#__nuxt,#___gatsby,#main-app,#react-root,#svelte,#q-app,app-root,[ng-app],[data-reactroot]"
_SCRIPT_TYPES = frozenset({"", "module", "text/javascript", "application/javascript", "text/ecmascript", "application/ecmascript"})


def is_app_shell(html: str, *, url: str) -> bool:
    """Whether a browser may show what the HTML doesn't: scripts, no link to another site, and hardly a word or an empty mount point."""
    if "<script" not in html.lower():
        return False
    tree = parse(html)
    if not any(_runs(script) for script in tree.css("script")):
        return False
    tree.strip_tags(["script", "style", "noscript", "template", "svg"])
    body = tree.body
    if body is None:
        return True
    site = site_of(url)
    if any(_leads_away(anchor, url, site) for anchor in body.css("a[href]")):
        return False
    return len(_text(body)) < FEW_WORDS or any(not _text(mount) for mount in body.css(MOUNTS))


def _runs(script: LexborNode) -> bool:
    """Data in a script element is no script."""
    return (script.attributes.get("type") or "").strip().lower() in _SCRIPT_TYPES


def _leads_away(anchor: LexborNode, url: str, site: str) -> bool:
    target = normalise(anchor.attributes.get("href") or "", url)
    return target is not None and site_of(target) != site


def _text(node: LexborNode) -> str:
    return " ".join(node.text(separator=" ").split())
