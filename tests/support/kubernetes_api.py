"""A small Kubernetes API server for the real kubectl: workflows, leases and pods, over TLS, kept in a file.

Run as a program, so that it can be killed and started again. What it answers was held against kube-apiserver
(tests/clusters.py starts one where KUBE_APISERVER and ETCD name its programs).
"""

from __future__ import annotations

import asyncio
import json
import re
import ssl
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from aiohttp import web

Object = dict[str, Any]
TOKEN = "good"
# Group and version, plural, singular, kind.
RESOURCES = (
    ("argoproj.io/v1alpha1", "workflows", "workflow", "Workflow"),
    ("coordination.k8s.io/v1", "leases", "lease", "Lease"),
    ("v1", "pods", "pod", "Pod"),
)
LIMIT = 63  # characters of a label's value
VALUE = re.compile(r"([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?")
TERM = re.compile(r"([^=!]+)(!=|==?)(.*)")


class Refused(Exception):
    """An answer that is a Status: its code, reason and message."""

    def __init__(self, code: int, reason: str, message: str, details: Object | None = None) -> None:
        super().__init__(message)
        self.code, self.reason, self.message, self.details = code, reason, message, details or {}

    def status(self) -> Object:
        status = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure"}
        return status | {
            "message": self.message,
            "reason": self.reason,
            "code": self.code,
            "details": self.details,
        }


class Api:
    """Objects by path, each change with the next version; watchers hear of it."""

    def __init__(self, store: Path) -> None:
        self.store = store
        content: Object = json.loads(store.read_text()) if store.exists() else {"version": 1, "objects": {}}
        self.version: int = content["version"]
        self.objects: dict[str, Object] = content["objects"]
        self.watchers: list[asyncio.Queue[Object]] = []

    def put(self, path: str, content: Object, kind: str = "MODIFIED") -> Object:
        self.version += 1
        content["metadata"]["resourceVersion"] = str(self.version)
        self.objects[path] = content
        self._changed({"type": kind, "object": content})
        return content

    def delete(self, path: str) -> Object:
        content = self.objects.pop(path)
        self.version += 1
        self._changed({"type": "DELETED", "object": content})
        return content

    def _changed(self, event: Object) -> None:
        scratch = self.store.with_suffix(".partial")
        scratch.write_text(json.dumps({"version": self.version, "objects": self.objects}))
        scratch.replace(self.store)
        for watcher in self.watchers:
            watcher.put_nowait(event)


API = web.AppKey("api", Api)


@web.middleware
async def answered(request: web.Request, handler: Any) -> web.StreamResponse:
    try:
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            raise Refused(401, "Unauthorized", "Unauthorized")
        response: web.StreamResponse = await handler(request)
    except Refused as refused:
        return web.json_response(refused.status(), status=refused.code)
    return response


async def discovery(request: web.Request) -> web.Response:
    path = request.path.strip("/")
    groups = [version for version, *_ in RESOURCES if "/" in version]
    if path == "version":
        return web.json_response({"major": "1", "minor": "20", "gitVersion": "v1.20.2"})
    if path == "api":
        return web.json_response({"kind": "APIVersions", "versions": ["v1"]})
    if path == "apis":
        listed = [
            {
                "name": each.split("/")[0],
                "versions": [_version(each)],
                "preferredVersion": _version(each),
            }
            for each in groups
        ]
        return web.json_response({"kind": "APIGroupList", "apiVersion": "v1", "groups": listed})
    if path.startswith("openapi/v3"):
        return web.json_response(_openapi(path.removeprefix("openapi/v3").strip("/")))
    version = path.removeprefix("apis/").removeprefix("api/")
    resources = [
        {
            "name": plural,
            "singularName": singular,
            "namespaced": True,
            "kind": kind,
            "verbs": ["create", "delete", "get", "list", "update", "watch"],
        }
        for group, plural, singular, kind in RESOURCES
        if group == version
    ]
    if not resources:
        raise Refused(404, "NotFound", "the server could not find the requested resource")
    answer = {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": version, "resources": resources}
    return web.json_response(answer)


def _openapi(path: str) -> Object:
    """What kubectl looks up before it creates: that the server validates fields itself."""
    groups = {("apis/" if "/" in version else "api/") + version for version, *_ in RESOURCES}
    if not path:
        return {"paths": {each: {"serverRelativeURL": f"/openapi/v3/{each}"} for each in sorted(groups)}}
    patches = {}
    for version, plural, _, kind in RESOURCES:
        if path.endswith(version):
            named = {"group": version.rpartition("/")[0], "version": version.rpartition("/")[2], "kind": kind}
            parameter = {"name": "fieldValidation", "in": "query"}
            patch = {"parameters": [parameter], "responses": {}, "x-kubernetes-group-version-kind": named}
            patches[f"/{path}/namespaces/{{namespace}}/{plural}/{{name}}"] = {"patch": patch}
    return {"openapi": "3.0.0", "info": {"title": "", "version": ""}, "paths": patches}


def _version(group: str) -> Object:
    return {"groupVersion": group, "version": group.split("/")[1]}


async def objects(request: web.Request) -> web.StreamResponse:
    group, plural = request.match_info["group"], request.match_info["plural"]
    known = [each for each in RESOURCES if each[0] == group and each[1] == plural]
    if not known:
        raise Refused(404, "NotFound", "the server could not find the requested resource")
    title = plural + (f".{group.split('/')[0]}" if "/" in group else "")
    if request.method == "POST":
        return await _created(request, known[0][3], title)
    if "name" not in request.match_info:
        return await _listed(request, group, known[0][3])
    # A lease that is replaced and not there is created, and nothing else is.
    if request.method == "PUT" and plural == "leases" and request.path not in request.app[API].objects:
        return await _created(request, known[0][3], title)
    return await _one(request, title)


async def _one(request: web.Request, title: str) -> web.StreamResponse:
    api, path = request.app[API], request.path.removesuffix("/log")
    group, plural, name = (request.match_info[part] for part in ("group", "plural", "name"))
    if path not in api.objects:
        details = {"name": name, "kind": plural, "group": group.rpartition("/")[0]}
        raise Refused(404, "NotFound", f'{title} "{name}" not found', details)
    if request.path.endswith("/log"):
        return _log(api.objects[path], request)
    if request.method == "DELETE":
        return web.json_response(api.delete(path))
    if request.method == "PUT":
        return _replaced(api, path, await request.json(), title)
    return web.json_response(api.objects[path])


async def _created(request: web.Request, kind: str, title: str) -> web.Response:
    content = await request.json()
    metadata = content["metadata"]
    name = metadata["name"]
    path = request.path if request.path.endswith(f"/{name}") else f"{request.path}/{name}"
    _refuse_invalid(content, f'{kind}.{title.partition(".")[2]} "{name}"')
    if path in request.app[API].objects:
        raise Refused(409, "AlreadyExists", f'{title} "{name}" already exists')
    moment = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    own = {"uid": str(uuid4()), "creationTimestamp": moment, "namespace": request.match_info["namespace"]}
    content["metadata"] = metadata | own
    return web.json_response(request.app[API].put(path, content, "ADDED"), status=201)


def _replaced(api: Api, path: str, content: Object, title: str) -> web.Response:
    present, metadata = api.objects[path]["metadata"], content["metadata"]
    if metadata.get("resourceVersion", present["resourceVersion"]) != present["resourceVersion"]:
        raise Refused(
            409,
            "Conflict",
            f'Operation cannot be fulfilled on {title} "{metadata["name"]}": the object has been modified; '
            "please apply your changes to the latest version and try again",
        )
    _refuse_invalid(content, title)
    content["metadata"] = present | metadata
    # What changes nothing makes no version, as kube-apiserver has it.
    return web.json_response(content if content == api.objects[path] else api.put(path, content))


def _refuse_invalid(content: Object, title: str) -> None:
    for value in (content["metadata"].get("labels") or {}).values():
        if len(value) > LIMIT or not VALUE.fullmatch(value):
            said = f'Invalid value: "{value}": must be no more than 63 characters'
            cause = {"reason": "FieldValueInvalid", "message": said, "field": "metadata.labels"}
            raise Refused(
                422,
                "Invalid",
                f"{title} is invalid: metadata.labels: {said}",
                {"name": content["metadata"]["name"], "kind": content["kind"], "causes": [cause]},
            )


async def _listed(request: web.Request, group: str, kind: str) -> web.StreamResponse:
    api = request.app[API]
    prefix = f"{request.path}/"

    def wanted(content: Object) -> bool:
        path = f"{prefix}{content['metadata']['name']}"
        return content["kind"] == kind and _fits(content, request) and path.startswith(prefix)

    items = [each for path, each in api.objects.items() if path.startswith(prefix) and wanted(each)]
    if request.query.get("watch") not in ("1", "true"):
        listed = {"kind": f"{kind}List", "apiVersion": group, "items": items}
        return web.json_response(listed | {"metadata": {"resourceVersion": str(api.version)}})
    return await _watched(request, wanted)


async def _watched(request: web.Request, wanted: Any) -> web.StreamResponse:
    api = request.app[API]
    queue: asyncio.Queue[Object] = asyncio.Queue()
    since = int(request.query.get("resourceVersion") or 0)
    for each in api.objects.values():
        if wanted(each) and int(each["metadata"]["resourceVersion"]) > since:
            queue.put_nowait({"type": "MODIFIED", "object": each})
    api.watchers.append(queue)
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    await response.prepare(request)
    seconds = float(request.query.get("timeoutSeconds") or 1800)
    try:
        async with asyncio.timeout(seconds):
            while True:
                event = await queue.get()
                if wanted(event["object"]):
                    await response.write(json.dumps(event).encode() + b"\n")
    except (TimeoutError, ConnectionResetError):
        return response
    finally:
        api.watchers.remove(queue)


def _fits(content: Object, request: web.Request) -> bool:
    labels = content["metadata"].get("labels") or {}
    for text in filter(None, request.query.get("labelSelector", "").split(",")):
        key, operator, value = TERM.fullmatch(text).groups()  # type: ignore[union-attr]
        if len(value) > LIMIT:
            raise Refused(400, "BadRequest", f"unable to parse requirement: values[0][{key}]: Invalid value")
        if (labels.get(key) == value) == (operator == "!="):
            return False
    name = request.query.get("fieldSelector", "").removeprefix("metadata.name=")
    return name in ("", content["metadata"]["name"])


def _log(pod: Object, request: web.Request) -> web.Response:
    """The container's log, which the tests keep in an annotation of the pod."""
    text = pod["metadata"].get("annotations", {}).get(f"log/{request.query.get('container', 'main')}", "")
    lines = text.splitlines(keepends=True)
    return web.Response(text="".join(lines[-int(request.query.get("tailLines", "1000")) :]))


def application(store: Path) -> web.Application:
    app = web.Application(middlewares=[answered])
    app[API] = Api(store)
    inside = "namespaces/{namespace}/{plural}"
    for root in ("/api/{group:v1}", "/apis/{group:[^/]+/[^/]+}"):
        for rest in ("", "/{name}", "/{name}/log"):
            app.router.add_route("*", f"{root}/{inside}{rest}", objects)
    app.router.add_get("/{rest:.*}", discovery)
    return app


def serve(folder: Path, port: int) -> None:
    """Serve with the certificate in `folder`, which tests/clusters.py made."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "server.pem")
    web.run_app(
        application(folder / "objects.json"),
        host="127.0.0.1",
        port=port,
        ssl_context=context,
        print=None,
        shutdown_timeout=0,
    )


if __name__ == "__main__":
    serve(Path(sys.argv[1]), int(sys.argv[2]))
