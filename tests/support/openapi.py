"""Validate exchanges with the local GitHub against GitHub's own description of its interface.

openapi-core does the schemas. Added here: names with slashes, names that the description does not know in query
or body, the host, and the few operations that the slice lacks, put together from its own schemas.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from functools import cache
from itertools import chain
from typing import Any
from urllib.parse import quote

from openapi_core import OpenAPI
from openapi_core.datatypes import RequestParameters
from openapi_core.exceptions import OpenAPIError
from werkzeug.datastructures import Headers, ImmutableMultiDict

from releasing.rehearsal.github.exchanges import Exchange
from tests.support.paths import DATA

SLICE = DATA / "github-openapi-slice.json"
NAME = re.compile(r"\{(\w+)\}")
METHODS = ("get", "post", "put", "patch", "delete")
# Errors that any operation may answer with, described or not.
ANYWHERE = {400, 401, 403, 404, 422}
# Where assets lie, and what gh asks for to know its token's scopes: neither is an operation of the interface.
BEYOND = {("release-assets.githubusercontent.com", None), (None, "/"), (None, "/graphql")}

DIFF = "text/plain"  # of a pull request that was asked for as a diff or a patch: the description has its JSON only

Json = dict[str, Any]


def _listed(schema: str, *parameters: str | Json) -> Json:
    return _operation(200, {"type": "array", "items": _schema(schema)}, [*parameters, "per-page", "page"])


def _schema(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def _operation(
    status: int, schema: Json | None, parameters: list[str | Json], body: Json | None = None
) -> Json:
    known: Json = {"parameters": [_parameter(one) for one in ("owner", "repo", *parameters)]}
    known["responses"] = {str(status): {"description": ""}}
    if schema:
        known["responses"][str(status)]["content"] = {"application/json": {"schema": schema}}
    return known | ({"requestBody": {"content": {"application/json": {"schema": body}}}} if body else {})


def _parameter(known: str | Json) -> Json:
    return {"$ref": f"#/components/parameters/{known}"} if isinstance(known, str) else known


def _queried(name: str, *values: str) -> Json:
    return {"name": name, "in": "query", "schema": {"type": "string", "enum": [*values]}}


def _object(required: tuple[str, ...], **properties: Json) -> Json:
    needed = {"required": [*required]} if required else {}
    return {"type": "object", **needed, "properties": properties}


TEXT, TEXTS = {"type": "string"}, {"type": "array", "items": {"type": "string"}}
STATE = {"type": "string", "enum": ["open", "closed"]}
NUMBER = {"type": "integer", "nullable": True}
ISSUE: Json = {"title": TEXT, "body": TEXT, "milestone": NUMBER, "labels": TEXTS, "assignees": TEXTS}
EVENT = {"type": "string", "enum": ["APPROVE", "REQUEST_CHANGES", "COMMENT"]}
COMMIT = {"name": "commit_sha", "in": "path", "required": True, "schema": TEXT}
ASSET = "/repos/{owner}/{repo}/releases/assets/{asset_id}"
REVIEWS = "/repos/{owner}/{repo}/pulls/{pull_number}/reviews"
REVIEWERS = "/repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers"
ISSUE_PATH = "/repos/{owner}/{repo}/issues/{issue_number}"
MILESTONES = "/repos/{owner}/{repo}/milestones"
RULESET = _object(
    ("id", "name", "target", "enforcement", "source"),
    id={"type": "integer"},
    name=TEXT,
    target={"type": "string", "enum": ["branch", "tag", "push"]},
    enforcement={"type": "string", "enum": ["disabled", "active", "evaluate"]},
    source=TEXT,
    current_user_can_bypass={"type": "string", "enum": ["always", "pull_requests_only", "never", "exempt"]},
    conditions={"type": "object"},
    rules={"type": "array", "items": _object(("type",), type=TEXT, parameters={"type": "object"})},
)
RULESET_ID = {"name": "ruleset_id", "in": "path", "required": True, "schema": {"type": "integer"}}
NULL = {"type": "object", "nullable": True, "enum": [None]}
# By path and method.
FURTHER = {
    ("/repos/{owner}/{repo}/pulls/{pull_number}/files", "get"): _listed("diff-entry", "pull-number"),
    ("/repos/{owner}/{repo}/pulls/{pull_number}/commits", "get"): _listed("commit", "pull-number"),
    ("/repos/{owner}/{repo}/issues", "post"): _operation(
        201, _schema("issue"), [], _object(("title",), **ISSUE)
    ),
    (ISSUE_PATH, "get"): _operation(200, _schema("issue"), ["issue-number"]),
    (ISSUE_PATH, "patch"): _operation(
        200, _schema("issue"), ["issue-number"], _object((), **ISSUE, state=STATE)
    ),
    (f"{ISSUE_PATH}/labels", "get"): _listed("label", "issue-number"),
    (f"{ISSUE_PATH}/comments", "get"): _listed("issue-comment", "issue-number"),
    (MILESTONES, "get"): _listed(
        "nullable-milestone",
        _queried("state", "open", "closed", "all"),
        _queried("sort", "due_on", "completeness"),
        _queried("direction", "asc", "desc"),
    ),
    (MILESTONES, "post"): _operation(
        201, _schema("nullable-milestone"), [], _object(("title",), title=TEXT, state=STATE, description=TEXT)
    ),
    ("/repos/{owner}/{repo}/commits/{commit_sha}/pulls", "get"): _listed("pull-request-simple", COMMIT),
    ("/repos/{owner}/{repo}/rulesets", "get"): _operation(
        200,
        {"type": "array", "items": RULESET},
        ["per-page", "page", _queried("includes_parents", "true", "false")],
    ),
    ("/repos/{owner}/{repo}/rulesets/{ruleset_id}", "get"): _operation(200, RULESET, [RULESET_ID]),
    (ASSET, "get"): _operation(200, _schema("release-asset"), ["asset-id"]),
    (REVIEWS, "post"): _operation(
        200,
        _schema("pull-request-review"),
        ["pull-number"],
        _object((), body=TEXT, commit_id=TEXT, event=EVENT),
    ),
    (REVIEWERS, "get"): _operation(
        200,
        _object(
            ("users", "teams"),
            users={"type": "array", "items": _schema("simple-user")},
            teams={"type": "array", "items": _schema("team")},
        ),
        ["pull-number"],
    ),
}
FURTHER[ASSET, "get"]["responses"]["302"] = {"description": ""}


@dataclass(frozen=True)
class Operation:
    """One operation of the description: its path with names in braces, and what it says of it."""

    path: str
    pattern: re.Pattern[str]
    method: str
    said: Json
    host: str


@dataclass(frozen=True)
class Described:
    """GitHub's description, loaded once."""

    spec: Json
    openapi: OpenAPI
    operations: tuple[Operation, ...]

    def resolved(self, node: Json) -> Json:
        """What a `$ref` points to, or the node itself."""
        while "$ref" in node:
            target: Any = self.spec
            for part in node["$ref"].removeprefix("#/").split("/"):
                target = target[part]
            node = target
        return node

    def operation(self, method: str, path: str) -> Operation | None:
        """The operation with the fewest names in its path that fits."""
        fitting = [one for one in self.operations if one.method == method and one.pattern.fullmatch(path)]
        return min(fitting, key=lambda one: (one.path.count("{"), -len(one.path)), default=None)


@cache
def described() -> Described:
    """The slice and what is added to it."""
    spec = json.loads(SLICE.read_text())
    for (path, method), said in FURTHER.items():
        spec["paths"].setdefault(path, {})[method] = said
    for name in ("author", "committer"):
        # Said to be nullable beside a oneOf, where OpenAPI 3.0 gives the word no effect.
        spec["components"]["schemas"]["commit"]["properties"][name]["oneOf"].append(NULL)
    # Nullable too, beside an enumeration without null.
    spec["components"]["schemas"]["check-run"]["properties"]["conclusion"]["enum"].append(None)
    half = Described(spec, OpenAPI.from_dict(spec), ())
    found = (
        _operation_at(half, path, method, said)
        for path, methods in spec["paths"].items()
        for method, said in methods.items()
        if method in METHODS
    )
    return Described(spec, half.openapi, tuple(found))


def _operation_at(known: Described, path: str, method: str, said: Json) -> Operation:
    parameters = (known.resolved(one) for one in said.get("parameters", []))
    deep = {one["name"] for one in parameters if one.get("x-multi-segment")}
    pattern = NAME.sub(lambda name: f"(?P<{name[1]}>{'.+' if name[1] in deep else '[^/]+'})", path)
    servers = said.get("servers") or known.spec["servers"]
    host = servers[0]["url"].removeprefix("https://")
    return Operation(path, re.compile(pattern), method, said, host)


@dataclass
class Asked:
    """The request of an exchange in the form that openapi-core takes."""

    host_url: str
    path: str
    method: str
    body: bytes | None
    content_type: str
    parameters: RequestParameters = field(default_factory=RequestParameters)


@dataclass
class Answered:
    """The response of an exchange in the form that openapi-core takes."""

    status_code: int
    data: bytes
    content_type: str = "application/json"
    headers: Headers = field(default_factory=Headers)


def violations(exchange: Exchange) -> list[str]:
    """What is wrong with a request, and with the answer unless a fault stood in for it; one sentence each."""
    if {(exchange.host, None), (None, exchange.path)} & BEYOND:
        return []
    where = f"{exchange.method} {exchange.host}{exchange.path}"
    known = described()
    operation = known.operation(exchange.method.lower(), exchange.path)
    if operation is None:
        return [f"{where}: GitHub describes no such operation"]
    if operation.host != exchange.host:
        return [f"{where}: this goes to {operation.host}"]
    found = chain(
        _unknown_names(known, operation, exchange),
        _against_schemas(known, operation, exchange),
    )
    return [f"{where}: {sentence}" for sentence in found]


def _unknown_names(known: Described, operation: Operation, exchange: Exchange) -> list[str]:
    parameters = [known.resolved(one) for one in operation.said.get("parameters", [])]
    queried = {one["name"] for one in parameters if one["in"] == "query"}
    unknown = [f"unknown in the query: {name}" for name, _ in exchange.query if name not in queried]
    # A file that is uploaded may be JSON, too; its keys are nobody's business.
    takes_json = "application/json" in known.resolved(operation.said.get("requestBody", {})).get(
        "content", {}
    )
    is_json = exchange.body and exchange.content_type == "application/json"
    body = json.loads(exchange.body) if takes_json and is_json else {}
    if isinstance(body, dict) and body:
        fields = _fields(known, operation)
        unknown += [f"unknown in the body: {name}" for name in body if name not in fields]
    return unknown


def _fields(known: Described, operation: Operation) -> set[str]:
    said = known.resolved(operation.said.get("requestBody", {}))
    schema = known.resolved(said.get("content", {}).get("application/json", {}).get("schema", {}))
    choices = [known.resolved(one) for key in ("oneOf", "anyOf", "allOf") for one in schema.get(key, [])]
    return {name for one in (schema, *choices) for name in one.get("properties", {})}


def _against_schemas(known: Described, operation: Operation, exchange: Exchange) -> list[str]:
    asked = _asked(operation, exchange)
    found = _problem(lambda: known.openapi.validate_request(asked))
    if exchange.fault is not None or exchange.reply_type == DIFF:
        return found
    if str(exchange.status) not in operation.said["responses"]:
        return found + _undescribed(exchange)
    answered = Answered(exchange.status, exchange.reply)
    return found + [
        f"answer: {one}" for one in _problem(lambda: known.openapi.validate_response(asked, answered))
    ]


def _undescribed(exchange: Exchange) -> list[str]:
    if exchange.status not in ANYWHERE:
        return [f"answer: status {exchange.status} is not described"]
    return [] if "message" in json.loads(exchange.reply) else ["answer: an error without a message"]


def _asked(operation: Operation, exchange: Exchange) -> Asked:
    fitting = operation.pattern.fullmatch(exchange.path)
    names = fitting.groupdict() if fitting else {}
    # openapi-core lets no name span slashes.
    path = NAME.sub(lambda name: quote(names[name[1]], safe=""), operation.path)
    # gh uploads with an empty label and with the type of the file; the description knows a label that says
    # something, and octets.
    uploaded = exchange.host.startswith("uploads.")
    query = [(name, value) for name, value in exchange.query if value or not uploaded]
    parameters = RequestParameters(query=ImmutableMultiDict(query))
    content_type = "application/octet-stream" if uploaded else exchange.content_type
    return Asked(
        f"https://{exchange.host}",
        path,
        exchange.method.lower(),
        exchange.body or None,
        content_type,
        parameters,
    )


def _problem(validate: Any) -> list[str]:
    try:
        validate()
    except OpenAPIError as error:
        causes = getattr(error.__cause__, "schema_errors", None) or [error.__cause__ or error]
        return [_sentence(cause) for cause in causes]
    return []


def _sentence(cause: Any) -> str:
    place = "/".join(str(part) for part in getattr(cause, "absolute_path", ()))
    return f"{place}: {cause.message}" if place else str(getattr(cause, "message", cause))
