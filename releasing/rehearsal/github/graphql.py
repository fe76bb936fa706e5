"""The few questions of GraphQL that are answered: those of gh, and the merge queue, which REST does not know."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

from releasing.rehearsal.github.access_tokens.token_file import Token
from releasing.rehearsal.github.pulls.merge_queue import enqueue
from releasing.rehearsal.github.releases.releases_api import release_of_tag
from releasing.rehearsal.github.requests import Call, Refused
from releasing.rehearsal.github.shapes import Json
from releasing.rehearsal.github.state import Repository

PULL_ID = re.compile(r"PR_([\w.-]+)/([\w.-]+)#(\d+)")
CallOf = Callable[[str, str, dict[str, str]], Call]


def answered(root: Path, token: Token, call_of: CallOf, asked: Json) -> Json:
    """The answer to a GraphQL request; `call_of` makes a call from owner, repository and names in a path."""
    query = asked["query"]
    if "RepositoryReleaseByTag" in query:
        return _release(root, asked["variables"])
    if "enqueuePullRequest" in query:
        return _enqueued(token, call_of, asked)
    if "viewer" in query:
        return {"data": {"viewer": {"login": token.login}}}
    return _error("NOT_FOUND", "the local GitHub does not answer this by GraphQL; ask by REST")


def _release(root: Path, names: dict[str, str]) -> Json:
    state = Repository(root, names["owner"], names["name"]).read()
    return {"data": {"repository": {"release": release_of_tag(state, names["tagName"])}}}


def _enqueued(token: Token, call_of: CallOf, asked: Json) -> Json:
    found = PULL_ID.search(json.dumps(asked))
    if found is None:
        return _error("NOT_FOUND", "Could not resolve to a node with that global id")
    owner, repository, number = found.groups()
    if not token.anything and not token.has_role(f"{owner}/{repository}", "push"):
        return _error("FORBIDDEN", "Must have push access to repository")
    try:
        place = enqueue(call_of(owner, repository, {"number": number}))
    except Refused as refused:
        return _error("UNPROCESSABLE", str(refused))
    return {"data": {"enqueuePullRequest": {"mergeQueueEntry": {"position": place, "state": "QUEUED"}}}}


def _error(kind: str, message: str) -> Json:
    return {"data": None, "errors": [{"type": kind, "message": message}]}
