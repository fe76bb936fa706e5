"""The questions of GraphQL that are answered: those of gh's commands that read, and the merge queue.

Everything comes from the same state as REST's answers. A field that schema.graphql does not have is refused as GitHub
refuses one that it does not know.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from releasing.rehearsal.github.access_tokens.token_file import Token
from releasing.rehearsal.github.graphql.connections import connection
from releasing.rehearsal.github.graphql.people import owner, person
from releasing.rehearsal.github.graphql.repository_node import node, numbered, repository_node
from releasing.rehearsal.github.graphql.search import found, repository_of
from releasing.rehearsal.github.pulls.merge_queue import enqueue
from releasing.rehearsal.github.requests import Call, Refused
from releasing.rehearsal.github.shapes import Json

if TYPE_CHECKING:
    from graphql import GraphQLError, GraphQLSchema

PULL_ID = re.compile(r"PR_([\w.-]+)/([\w.-]+)#(\d+)")
NODE_ID = re.compile(r"(?:PR|I)_([\w.-]+)/([\w.-]+)#(\d+)")
# Of fields that a login with gh does not get the scope for; gh does without them.
PROJECTS = re.compile(r"\b(projectItems|projectsV2)\b")
CallOf = Callable[[str, str, dict[str, str]], Call]
UNKNOWN = "the local GitHub does not answer this by GraphQL; ask by REST"


def answered(root: Path, token: Token, call_of: CallOf, asked: Json) -> Json:
    """The answer to a GraphQL request; `call_of` makes a call from owner, repository and names in a path."""
    query = asked["query"]
    if "enqueuePullRequest" in query:
        return _enqueued(token, call_of, asked)
    if asked_for := PROJECTS.search(query):
        return {"errors": [_without_scope(token, asked_for[0])]}
    import graphql  # noqa: PLC0415 - slow to load, and most of a rehearsal is REST

    try:
        document = graphql.parse(query)
    except graphql.GraphQLError as error:
        return {"errors": [_told(error)]}
    # GitHub takes one name for fields of different types, which gh uses for issues and pull requests.
    rules = [rule for rule in graphql.specified_rules if rule is not graphql.OverlappingFieldsCanBeMergedRule]
    if wrong := graphql.validate(_schema(), document, rules):
        return {"errors": [{"message": "\n".join([*(error.message for error in wrong), UNKNOWN])}]}
    done = graphql.execute_sync(
        _schema(),
        document,
        _entrance(root, token, call_of),
        variable_values=asked.get("variables"),
        operation_name=asked.get("operationName"),
    )
    errors = [_told(error) for error in done.errors or ()]
    return {"data": done.data, **({"errors": errors} if errors else {})}


@cache
def _schema() -> GraphQLSchema:
    from graphql import build_schema  # noqa: PLC0415 - see above

    return build_schema(Path(__file__).with_name("schema.graphql").read_text(encoding="utf-8"))


def _entrance(root: Path, token: Token, call_of: CallOf) -> Json:
    """Where every query begins."""

    def repository(_context: object, owner: str, name: str, **_: object) -> Json:
        return repository_node(_call(call_of, owner, name))

    def search(context: object, query: str, **page: Any) -> Json:
        names = repository_of(query).partition("/")
        everywhere = [_call(call_of, names[0], names[2])] if names[2] else _all(root, call_of)
        hits = [(call, issue) for call in everywhere for issue in found(call, query)]
        facts = {"issueCount": len(hits), "repositoryCount": 0}
        return connection(hits, lambda hit: node(*hit), **facts)(context, **page)

    def repository_owner(_context: object, login: str) -> Json:
        calls = [call for call in _all(root, call_of) if call.repository.owner == login]
        return {**owner(login), "repositories": connection(calls, repository_node)}

    def by_id(_context: object, id: str) -> Json:  # noqa: A002 - GraphQL's name
        named = NODE_ID.fullmatch(id)
        if named is None:
            raise Refused(404, f"Could not resolve to a node with the global id of '{id}'")
        return numbered(_call(call_of, named[1], named[2]), int(named[3]), "a node")

    return {
        "viewer": person(token.login),
        "node": by_id,
        "repository": repository,
        "repositoryOwner": repository_owner,
        "user": lambda _context, login: person(login),
        "organization": lambda _context, login: owner(login),
        "search": search,
    }


def _call(call_of: CallOf, owner: str, name: str) -> Call:
    try:
        return call_of(owner, name, {})
    except Refused:
        message = f"Could not resolve to a Repository with the name '{owner}/{name}'."
        raise Refused(404, message) from None


def _all(root: Path, call_of: CallOf) -> list[Call]:
    return [call_of(path.parent.name, path.stem, {}) for path in sorted(root.glob("*/*.git"))]


def _told(error: GraphQLError) -> Json:
    """An error as GitHub has it."""
    refused = error.original_error
    if isinstance(refused, Refused):
        kind = "NOT_FOUND" if refused.status == 404 else "UNPROCESSABLE"
        return {"type": kind, "path": error.path, "message": error.message}
    return {"message": error.message}


def _without_scope(token: Token, name: str) -> Json:
    message = (
        "Your token has not been granted the required scopes to execute this query. The '{name}' field requires one"
        " of the following scopes: ['read:project'], but your token has only been granted the: [{scopes}] scopes."
        " Please modify your token's scopes at: https://github.com/settings/tokens."
    )
    scopes = ", ".join(f"'{scope}'" for scope in token.scopes)
    return {"type": "INSUFFICIENT_SCOPES", "message": message.format(name=name, scopes=scopes)}


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
