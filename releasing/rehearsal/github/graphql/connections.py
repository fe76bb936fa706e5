"""Lists as GraphQL gives them: by pages, with cursors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from releasing.rehearsal.github.shapes import Json

Resolver = Callable[..., Json]


def connection(items: Sequence[Any], shape: Callable[[Any], Any], **facts: object) -> Resolver:
    """The field that lists `items`, each as `shape` tells it; `facts` are told of the whole list."""

    def resolve(
        _context: object,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        **_filters: object,
    ) -> Json:
        begin = int(after) if after and after.isdecimal() else 0
        if last is not None:
            begin = max(len(items) - last, 0)
        end = len(items) if first is None else min(begin + first, len(items))
        nodes = [shape(item) for item in items[begin:end]]
        return {
            "nodes": nodes,
            "edges": [{"cursor": str(place), "node": each} for place, each in enumerate(nodes, begin + 1)],
            "totalCount": len(items),
            "pageInfo": {
                "hasNextPage": end < len(items),
                "hasPreviousPage": begin > 0,
                "startCursor": str(begin) if items else None,
                "endCursor": str(end) if items else None,
            },
            **facts,
        }

    return resolve


def nothing(**facts: object) -> Resolver:
    """The field of a list that is always empty here."""
    return connection((), lambda item: item, **facts)
