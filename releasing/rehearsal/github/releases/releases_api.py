"""GitHub's releases: drafted, published, found again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from releasing.rehearsal.github.git import git_objects
from releasing.rehearsal.github.requests import (
    API,
    NOTHING,
    UPLOADS,
    Call,
    Kind,
    Reply,
    fields,
    invalid,
    not_found,
    page_of,
)
from releasing.rehearsal.github.shapes import WEB, Json, asset_shape, moment, user
from releasing.rehearsal.github.state import ReleaseRecord, Repository, State

OPTIONAL: dict[str, Kind] = {
    "target_commitish": str,
    "name": (str, NOTHING),
    "body": (str, NOTHING),
    "draft": bool,
    "prerelease": bool,
    "make_latest": str,
}


def list_releases(call: Call) -> Reply:
    """GET releases: drafts too, the newest first."""
    shown, headers = page_of(call, call.state.releases[::-1])
    return Reply(200, [_shape(call.repository, release) for release in shown], headers)


def create_release(call: Call) -> Reply:
    """POST releases: 422 when the tag has a published release; publishing makes a tag that is missing."""
    given = fields(call, "Release", {"tag_name": str}, OPTIONAL)
    if not given["tag_name"]:
        raise invalid("Release", "missing_field", "tag_name")
    release = ReleaseRecord(
        id=call.state.next_id,
        tag_name=given["tag_name"],
        target=given.get("target_commitish") or git_objects.default_branch(call.repository.path),
        name=given.get("name"),
        body=given.get("body"),
        draft=given.get("draft", False),
        prerelease=given.get("prerelease", False),
        login=call.login,
        created=call.now,
    )
    _need_free_tag(call.state, release)
    kept = _kept(replace(call, state=replace(call.state, last_id=release.id)), release, given)
    return Reply(201, _shape(call.repository, kept), {"Location": _url(call.repository, kept)})


def update_release(call: Call) -> Reply:
    """PATCH releases/{id}: what is given changes; a draft that stops being one is published."""
    release = by_id(call)
    given = fields(call, "Release", {}, {"tag_name": str, **OPTIONAL})
    named = {"target_commitish": "target"}
    changes = {named.get(name, name): value for name, value in given.items() if name != "make_latest"}
    edited = replace(release, **changes)
    _need_free_tag(call.state, edited)
    return Reply(200, _shape(call.repository, _kept(call, edited, given)))


def _need_free_tag(state: State, release: ReleaseRecord) -> None:
    others = [one for one in state.releases if one.id != release.id and not one.draft]
    if release.tag_name in {one.tag_name for one in others}:
        raise invalid("Release", "already_exists", "tag_name")


def _kept(call: Call, release: ReleaseRecord, given: dict[str, Any]) -> ReleaseRecord:
    wanted = given.get("make_latest", "true")
    if wanted not in ("true", "false", "legacy"):
        raise invalid("Release", "invalid", "make_latest")
    state = call.state
    if not release.draft:
        _need_tag(call, release)
        fresh = release.published is None
        release = replace(release, published=release.published or call.now)
        asked = wanted == "true" and (fresh or "make_latest" in given)
        if asked and not release.prerelease:
            state = replace(state, latest_release=release.id)
    call.repository.write(state.with_release(release))
    return release


def _need_tag(call: Call, release: ReleaseRecord) -> None:
    path, name = call.repository.path, f"refs/tags/{release.tag_name}"
    if git_objects.references(path, name):
        return
    target = git_objects.commit_named(path, release.target)
    if target is None:
        raise invalid("Release", "invalid", "target_commitish")
    if not git_objects.moved(path, name, target, git_objects.ZERO):
        raise invalid("Release", "custom", message="tag_name is not a valid tag")


def get_release(call: Call) -> Reply:
    """GET releases/{id}: drafts too."""
    return Reply(200, _shape(call.repository, by_id(call)))


def release_by_tag(call: Call) -> Reply:
    """GET releases/tags/{tag}: a published one; drafts have no tag yet."""
    for release in call.state.releases:
        if release.tag_name == call.names["tag"] and not release.draft:
            return Reply(200, _shape(call.repository, release))
    raise not_found()


def latest_release(call: Call) -> Reply:
    """GET releases/latest: the one that was made so, else the newest that is neither draft nor prerelease."""
    final = [release for release in call.state.releases if not (release.draft or release.prerelease)]
    if not final:
        raise not_found()
    chosen = [release for release in final if release.id == call.state.latest_release]
    return Reply(200, _shape(call.repository, (chosen or final)[-1]))


def release_of_tag(state: State, tag: str) -> Json | None:
    """What `gh release upload` asks by GraphQL: the id of a tag's release, drafts too."""
    for release in reversed(state.releases):
        if release.tag_name == tag:
            return {"databaseId": release.id, "isDraft": release.draft}
    return None


def by_id(call: Call) -> ReleaseRecord:
    """The release that the path gives the id of; 404 when there is none."""
    for release in call.state.releases:
        if release.id == int(call.names["release"]):
            return release
    raise not_found()


def _url(repository: Repository, release: ReleaseRecord) -> str:
    return f"{API}/repos/{repository.full_name}/releases/{release.id}"


def _shape(repository: Repository, release: ReleaseRecord) -> Json:
    page, url = f"{WEB}/{repository.full_name}", f"{API}/repos/{repository.full_name}"
    upload = f"{UPLOADS}/repos/{repository.full_name}/releases/{release.id}/assets{{?name,label}}"
    balls = {f"{kind}ball_url": f"{url}/{kind}ball/{release.tag_name}" for kind in ("tar", "zip")}
    return {
        "id": release.id,
        "node_id": f"RE_{release.id}",
        "url": _url(repository, release),
        "html_url": f"{page}/releases/tag/{release.tag_name}",
        "assets_url": f"{_url(repository, release)}/assets",
        "upload_url": upload,
        **(dict.fromkeys(balls) if release.draft else balls),
        "tag_name": release.tag_name,
        "target_commitish": release.target,
        "name": release.name,
        "body": release.body,
        "draft": release.draft,
        "prerelease": release.prerelease,
        "author": user(release.login),
        "created_at": moment(release.created),
        "published_at": moment(release.published),
        "assets": [asset_shape(repository, release, asset) for asset in release.assets],
    }
