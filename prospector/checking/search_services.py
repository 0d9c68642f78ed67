"""A search service with a programs' interface, asked once, because the user named it: a SearXNG address, or Brave's with the user's own key.

A SearXNG mostly runs on the user's own machine or network, where the address guard lets nothing go. Its address was typed by the user, not read in a
page, so it is trusted as a proxy's is: a network of its own without the guard asks that one address, and follows no redirect.
"""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlencode

from prospector.checking.failures import Failed
from prospector.checking.network import REDIRECTS, Network, NetworkSettings
from prospector.checking.open_pagerank import ServiceError
from prospector.seeding.finds import results_in
from prospector.words import sentence

MAX_ANSWER = 4 * 1024 * 1024
BRAVE = "https://api.search.brave.com/res/v1/web/search"


async def ask_searxng(settings: NetworkSettings, address: str, query: str) -> list[str]:
    """The addresses that a SearXNG finds. Its owner must have allowed the format json.

    :param address: normalised.
    :raises ServiceError: it gives no answer that can be read.
    """
    return await _ask(replace(settings, guard=False), f"{address.rstrip('/')}/search?{urlencode({'q': query, 'format': 'json'})}", {})


async def ask_brave(settings: NetworkSettings, query: str, *, key: str, address: str = BRAVE) -> list[str]:
    """The addresses that Brave finds. The key goes to its own address only.

    :raises ServiceError: it gives no answer that can be read.
    """
    return await _ask(
        settings, f"{address}?{urlencode({'q': query, 'count': 20})}", {"X-Subscription-Token": key, "Accept": "application/json"}
    )


async def _ask(settings: NetworkSettings, url: str, headers: dict[str, str]) -> list[str]:
    network = Network(settings)
    try:
        answer = await network.get(url, limit=MAX_ANSWER, headers=headers, robots=False, follow=False)
    except Failed as failed:
        raise ServiceError(sentence(failed.outcome)) from failed
    finally:
        await network.close()
    if answer.status in REDIRECTS:
        raise ServiceError("it sends us on to another address, which is not followed. Give that one, if it is yours.")
    if answer.status in (401, 403):
        raise ServiceError(f"it answers {answer.status}: the key is wrong, or the format json is not allowed there.")
    if answer.status != 200:
        raise ServiceError(f"it answers {answer.status}. Try again later.")
    try:
        return results_in(answer.body.decode("utf-8", "replace"))
    except ValueError as error:
        raise ServiceError(f"{error}. Is the address right?") from error
