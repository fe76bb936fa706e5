"""The JSON of GitHub's nouns that every part needs: users, repositories, commits, refs, files.

Rule: the schemas of GitHub's OpenAPI description; every key that they require is there.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from releasing.rehearsal.github.git.git_objects import (
    ChangedFile,
    Person,
    StoredCommit,
    StoredRef,
    TagObject,
    default_branch,
)
from releasing.rehearsal.github.pulls.allowed_merges import owners_settings
from releasing.rehearsal.github.requests import API
from releasing.rehearsal.github.state import AssetRecord, ReleaseRecord, Repository

WEB = "https://github.com"
# The day of Kubeflow's first commit: nothing here depends on when an account or a repository was made.
FOUNDED = "2017-11-30T00:00:00Z"
USER_PLACES = "followers following gists organizations repos events received_events starred subscriptions"
PLACES = (
    "archive assignees branches collaborators comments commits compare contents contributors deployments"
    " downloads events forks hooks issues keys labels languages merges milestones notifications pulls"
    " releases stargazers statuses subscribers subscription tags teams"
)
DEEPER_PLACES = {
    "blobs": "git/blobs",
    "trees": "git/trees",
    "git_commits": "git/commits",
    "git_refs": "git/refs",
    "git_tags": "git/tags",
    "issue_comment": "issues/comments",
    "issue_events": "issues/events",
}

Json = dict[str, Any]


def moment(seconds: float | None) -> str | None:
    """A point in time as GitHub writes it, to the second in UTC."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def stable_id(*names: str) -> int:
    """A number for something that is known by its name, the same in every run."""
    return int(hashlib.sha256("\0".join(names).encode()).hexdigest()[:8], 16)


def user(login: str) -> Json:
    """A user as it appears inside other answers."""
    url = f"{API}/users/{login}"
    return {
        "login": login,
        "id": stable_id("user", login),
        "node_id": f"U_{login}",
        "avatar_url": f"https://avatars.githubusercontent.com/{login}",
        "gravatar_id": "",
        "url": url,
        "html_url": f"{WEB}/{login}",
        "type": "User",
        "site_admin": False,
        **{f"{place}_url": f"{url}/{place}" for place in USER_PLACES.split()},
    }


def account(login: str) -> Json:
    """The user whose token it is."""
    unknown = ("bio", "blog", "company", "email", "hireable", "location", "name")
    counts = (
        "collaborators disk_usage followers following owned_private_repos private_gists public_gists"
        " public_repos total_private_repos"
    )
    return {
        **user(login),
        **dict.fromkeys(unknown),
        **dict.fromkeys(counts.split(), 0),
        "created_at": FOUNDED,
        "updated_at": FOUNDED,
        "two_factor_authentication": True,
        "user_view_type": "private",
    }


def repository(of: Repository) -> Json:
    """A repository, with everything that any answer tells of one."""
    url, page = f"{API}/repos/{of.full_name}", f"{WEB}/{of.full_name}"
    counts = (
        "forks forks_count network_count open_issues open_issues_count size stargazers_count"
        " subscribers_count watchers watchers_count"
    )
    return {
        "id": stable_id("repository", of.full_name),
        "node_id": f"R_{of.full_name}",
        "name": of.name,
        "full_name": of.full_name,
        "owner": user(of.owner),
        "default_branch": default_branch(of.path),
        "url": url,
        "html_url": page,
        "clone_url": f"{page}.git",
        "git_url": f"git://github.com/{of.full_name}.git",
        "ssh_url": f"git@github.com:{of.full_name}.git",
        "svn_url": page,
        **{f"{place}_url": f"{url}/{place}" for place in PLACES.split()},
        **{f"{name}_url": f"{url}/{place}" for name, place in DEEPER_PLACES.items()},
        **dict.fromkeys(("description", "homepage", "language", "license", "mirror_url")),
        **dict.fromkeys(counts.split(), 0),
        **dict.fromkeys(("created_at", "pushed_at", "updated_at"), FOUNDED),
        **dict.fromkeys(("disabled", "fork", "private"), False),
        **dict.fromkeys(("has_discussions", "has_pages", "has_projects", "has_wiki"), False),
        **dict.fromkeys(("has_downloads", "has_issues"), True),
        **asdict(owners_settings(of)),
    }


def commit(of: Repository, known: StoredCommit) -> Json:
    """A commit; its people are git's, no GitHub account is looked up for them."""
    url = f"{API}/repos/{of.full_name}"
    return {
        "sha": known.id,
        "node_id": f"C_{known.id}",
        "url": f"{url}/commits/{known.id}",
        "html_url": f"{WEB}/{of.full_name}/commit/{known.id}",
        "comments_url": f"{url}/commits/{known.id}/comments",
        "author": None,
        "committer": None,
        "parents": [{"sha": parent, "url": f"{url}/commits/{parent}"} for parent in known.parents],
        "commit": {
            "url": f"{url}/git/commits/{known.id}",
            "author": _person(known.author),
            "committer": _person(known.committer),
            "message": known.message,
            "tree": {"sha": known.tree, "url": f"{url}/git/trees/{known.tree}"},
            "comment_count": 0,
        },
    }


def _person(person: Person) -> Json:
    utc = datetime.fromisoformat(person.date).astimezone(UTC)
    return {"name": person.name, "email": person.email, "date": moment(utc.timestamp())}


def reference(of: Repository, known: StoredRef) -> Json:
    """A ref and the object that it holds."""
    url = f"{API}/repos/{of.full_name}/git"
    return {
        "ref": known.name,
        "node_id": f"REF_{known.name}",
        "url": f"{url}/{known.name}",
        "object": {
            "sha": known.object,
            "type": known.type,
            "url": f"{url}/{known.type}s/{known.object}",
        },
    }


def tag_object(of: Repository, known: TagObject) -> Json:
    """An annotated tag's own object."""
    url = f"{API}/repos/{of.full_name}/git"
    return {
        "sha": known.id,
        "node_id": f"TAG_{known.id}",
        "tag": known.name,
        "url": f"{url}/tags/{known.id}",
        "message": known.message,
        "tagger": _person(known.tagger),
        "object": {
            "sha": known.target,
            "type": known.target_type,
            "url": f"{url}/{known.target_type}s/{known.target}",
        },
    }


def file_change(of: Repository, head: str, known: ChangedFile) -> Json:
    """A changed file, without its patch."""
    page, url = f"{WEB}/{of.full_name}", f"{API}/repos/{of.full_name}"
    return {
        "sha": known.blob,
        "filename": known.path,
        "status": known.status,
        "additions": known.additions,
        "deletions": known.deletions,
        "changes": known.additions + known.deletions,
        "blob_url": f"{page}/blob/{head}/{known.path}",
        "raw_url": f"{page}/raw/{head}/{known.path}",
        "contents_url": f"{url}/contents/{known.path}?ref={head}",
    }


def asset_shape(repository: Repository, release: ReleaseRecord, asset: AssetRecord) -> Json:
    """An asset of a release, without its bytes."""
    download = f"{WEB}/{repository.full_name}/releases/download/{release.tag_name}/{asset.name}"
    return {
        "id": asset.id,
        "node_id": f"RA_{asset.id}",
        "url": f"{API}/repos/{repository.full_name}/releases/assets/{asset.id}",
        "browser_download_url": download,
        "name": asset.name,
        "label": asset.label,
        "state": "uploaded",
        "content_type": asset.content_type,
        "size": asset.size,
        "digest": asset.digest,
        "download_count": 0,
        "created_at": moment(asset.created),
        "updated_at": moment(asset.created),
        "uploader": user(asset.login),
    }
