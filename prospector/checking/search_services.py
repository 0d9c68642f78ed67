"""A search service with a programs' interface, asked once, because the user named it: a SearXNG address, or Brave's with the user's own key."""

from __future__ import annotations

from urllib.parse import urlencode

from prospector.checking.failures import Failed
from prospector.checking.network import Network
from prospector.checking.open_pagerank import ServiceError
from prospector.seeding.finds import results_in
from prospector.words import sentence

MAX_ANSWER = 4 * 1024 * 1024
BRAVE = "https://api.search.brave.com/res/v1/web/search"


async def ask_searxng(network: Network, address: str, query: str) -> list[str]:
    """The addresses that a SearXNG finds. Its owner must have allowed the format json.

    :raises ServiceError: it gives no answer that can be read.
    """
    return await _ask(network, f"{address.rstrip('/')}/search?{urlencode({'q': query, 'format': 'json'})}", {})


async def ask_brave(network: Network, query: str, *, key: str, address: str = BRAVE) -> list[str]:
    """The addresses that Brave finds. The key goes to its own address only.

    :raises ServiceError: it gives no answer that can be read.
    """
    return await _ask(
        network, f"{address}?{urlencode({'q': query, 'count': 20})}", {"X-Subscription-Token": key, "Accept": "application/json"}
    )


async def _ask(network: Network, url: str, headers: dict[str, str]) -> list[str]:
    try:
        answer = await network.get(url, limit=MAX_ANSWER, headers=headers, robots=False, follow=False)
    except Failed as failed:
        raise ServiceError(sentence(failed.outcome)) from failed
    if answer.status in (401, 403):
        raise ServiceError(f"it answers {answer.status}: the key is wrong, or the format json is not allowed there.")
    if answer.status != 200:
        raise ServiceError(f"it answers {answer.status}. Try again later.")
    try:
        return results_in(answer.body.decode("utf-8", "replace"))
    except ValueError as error:
        raise ServiceError(f"{error}. Is the address right?") from error
