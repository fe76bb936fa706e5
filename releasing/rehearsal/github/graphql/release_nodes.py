"""Releases as GraphQL tells them."""

from __future__ import annotations

from releasing.rehearsal.github.git import git_objects
from releasing.rehearsal.github.graphql.commit_nodes import commit_node
from releasing.rehearsal.github.graphql.connections import connection
from releasing.rehearsal.github.graphql.people import person
from releasing.rehearsal.github.requests import Call
from releasing.rehearsal.github.shapes import WEB, Json, asset_shape, moment
from releasing.rehearsal.github.state import AssetRecord, ReleaseRecord


def latest(call: Call) -> ReleaseRecord | None:
    """The one that was made the latest, else the newest that is neither draft nor prerelease."""
    final = [each for each in call.state.releases if not (each.draft or each.prerelease)]
    chosen = [each for each in final if each.id == call.state.latest_release]
    return next(reversed(chosen or final), None)


def release_node(call: Call, release: ReleaseRecord) -> Json:
    """A release, drafted or published."""
    return {
        "id": f"RE_{release.id}",
        "databaseId": release.id,
        "name": release.name or release.tag_name,
        "tagName": release.tag_name,
        "description": release.body,
        "url": f"{WEB}/{call.repository.full_name}/releases/tag/{release.tag_name}",
        "isDraft": release.draft,
        "isLatest": release == latest(call),
        "isPrerelease": release.prerelease,
        "immutable": False,
        "createdAt": moment(release.created),
        "publishedAt": moment(release.published),
        "updatedAt": moment(release.published or release.created),
        "author": person(release.login),
        "tagCommit": lambda _context: _tagged(call, release.tag_name),
        "releaseAssets": connection(release.assets, lambda each: _asset(call, release, each)),
    }


def _tagged(call: Call, tag: str) -> Json | None:
    commit = git_objects.commit_named(call.repository.path, f"refs/tags/{tag}")
    return commit_node(call, commit) if commit else None


def _asset(call: Call, release: ReleaseRecord, asset: AssetRecord) -> Json:
    row = asset_shape(call.repository, release, asset)
    kept = {name: row[name] for name in ("name", "size")}
    return {
        **kept,
        "id": row["node_id"],
        "downloadUrl": row["browser_download_url"],
        "contentType": row["content_type"],
    }
