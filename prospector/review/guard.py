"""Who may talk to the desk: this machine's browser, on the desk's own pages, and nobody through it.

Other web pages can send requests to 127.0.0.1, and a hostile name server can make its name mean 127.0.0.1. So: the Host must be one of ours to the
letter; a change needs the token that only our pages know, from our own origin; what crawled pages hold is never run, followed or loaded.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

TOKEN_HEADER = "X-Prospector-Token"  # noqa: S105  # a header's name
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; "
    "frame-src 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# a stored page: no script, no request, no form, no place but our own frame
SNAPSHOT_POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'; frame-ancestors 'self'"
)
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "X-DNS-Prefetch-Control": "off",
}


@dataclass(slots=True, kw_only=True)
class Guard:
    """The names that the desk answers to are known once its port is."""

    token: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    hosts: frozenset[str] = frozenset()

    def listens_at(self, port: int) -> None:
        self.hosts = frozenset({f"127.0.0.1:{port}", f"localhost:{port}"})

    def middleware(self) -> Middleware:
        @web.middleware
        async def guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
            refusal = self._refusal(request)
            response = refusal or await handler(request)
            response.headers.update(_HEADERS)
            response.headers.setdefault("Content-Security-Policy", PAGE_POLICY)
            return response

        return guarded

    def _refusal(self, request: web.Request) -> web.Response | None:
        if request.headers.getall("Host", []) not in [[host] for host in self.hosts]:
            return web.Response(status=421, text="This is not the address of this desk. Open the one that `scrapy review` printed.\n")
        if request.method not in {"GET", "HEAD"} and not self._from_our_page(request):
            return web.json_response(
                {"reason": "This change did not come from the desk's own page. Reload the page and try again."}, status=403
            )
        return None

    def _from_our_page(self, request: web.Request) -> bool:
        if not hmac.compare_digest(request.headers.get(TOKEN_HEADER, "").encode(), self.token.encode()):
            return False
        if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
            return False
        return request.headers.get("Origin", "") in {f"http://{host}" for host in self.hosts}


def framed_by_us(request: web.Request) -> bool:
    """A stored page is shown inside our frame and nowhere else, least of all in a window of its own."""
    return request.headers.get("Sec-Fetch-Dest") == "iframe" and request.headers.get("Sec-Fetch-Site") == "same-origin"
