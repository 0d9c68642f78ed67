"""Open PageRank, asked for a hundred sites at a time with the user's own key. Only `scrapy ranks fetch` asks; nothing else needs it.

It is asked as the service says that programs may, so robots.txt, which speaks of its pages, is not for this.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from urllib.parse import urlencode

from prospector.checking.failures import Failed
from prospector.checking.network import Network
from prospector.scoring.authority import Rank
from prospector.scoring.open_pagerank import ranks_in
from prospector.scoring.rank_lists import RankListError
from prospector.words import sentence

BATCH = 100  # sites that it takes in one request
MAX_ANSWER = 1024 * 1024
_REFUSALS = {
    401: "it doesn't know the key. Look it up on its website",
    403: "it doesn't know the key. Look it up on its website",
    429: "the key's requests are used up for now. Go on later with the same command",
}


class ServiceError(Exception):
    """The service gives no answer. The message says why and what to do."""


async def fetch_ranks(network: Network, sites: Sequence[str], *, service: str, key: str) -> AsyncIterator[list[Rank]]:
    """The ranks of the sites that it knows, batch by batch. The key goes to the service's own address only.

    :raises ServiceError: for the batch that it refuses, or answers with nonsense.
    """
    for start in range(0, len(sites), BATCH):
        batch = sites[start : start + BATCH]
        url = f"{service}?{urlencode([('domains[]', site) for site in batch])}"
        try:
            answer = await network.get(url, limit=MAX_ANSWER, headers={"API-OPR": key}, robots=False, follow=False)
        except Failed as failed:
            raise ServiceError(f"{sentence(failed.outcome)} Go on later with the same command.") from failed
        if answer.status != 200:
            raise ServiceError(f"{_REFUSALS.get(answer.status, f'it answers {answer.status}. Go on later with the same command')}.")
        try:
            yield ranks_in(answer.body, batch)
        except RankListError as error:
            raise ServiceError(f"{error}. Is OPEN_PAGERANK_URL right?") from error
