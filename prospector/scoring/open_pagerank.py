"""What Open PageRank answers about sites → their ranks. A free service with keys of one's own; asking it is checking/open_pagerank.py's business."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

from prospector.scoring.authority import BEST_RATING, Rank
from prospector.scoring.rank_lists import RankListError

SOURCE = "Open PageRank"
TOP = 10.0  # the best rating that it gives


def ranks_in(body: bytes, asked: Collection[str]) -> list[Rank]:
    """The ranks of those of the sites that it knows, a place in its list rather than its rating.

    :raises RankListError: it is no such answer.
    """
    try:
        rows = json.loads(body)["response"]
        return [rank for row in rows if (rank := _rank(row, asked)) is not None]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise RankListError("its answer is not what the service promises") from error


def _rank(row: Mapping[str, Any], asked: Collection[str]) -> Rank | None:
    domain = str(row.get("domain", "")).lower()
    if domain not in asked or row.get("status_code") != 200:
        return None
    place = str(row.get("rank") or "")
    if place.isascii() and place.isdigit() and len(place) < 12 and int(place):
        return Rank(domain=domain, source=SOURCE, rank=int(place))
    rating = float(row.get("page_rank_decimal") or 0) * BEST_RATING / TOP
    return Rank(domain=domain, source=SOURCE, rating=round(rating, 1)) if 0 < rating <= BEST_RATING else None
