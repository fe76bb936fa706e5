"""GitHub's release assets: the files of a release, uploaded by way of their own host."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace

from releasing.rehearsal.github.releases.releases_api import by_id
from releasing.rehearsal.github.requests import Call, Reply, invalid, not_found, page_of
from releasing.rehearsal.github.shapes import asset_shape
from releasing.rehearsal.github.state import AssetRecord, ReleaseRecord, Repository

STORAGE_HOST = "release-assets.githubusercontent.com"


def list_assets(call: Call) -> Reply:
    """GET releases/{id}/assets."""
    release = by_id(call)
    shown, headers = page_of(call, release.assets)
    return Reply(200, [asset_shape(call.repository, release, asset) for asset in shown], headers)


def upload_asset(call: Call) -> Reply:
    """POST releases/{id}/assets?name=…: 422 when the release has a file of that name, or it is empty."""
    release = by_id(call)
    # GitHub keeps letters, digits, dots, hyphens and underscores, and writes a dot for the rest.
    name = re.sub(r"[^\w.-]+", ".", call.query.get("name", ""))
    if not name or not call.body:
        raise invalid("ReleaseAsset", "missing_field", "size" if name else "name")
    if name in {asset.name for asset in release.assets}:
        raise invalid("ReleaseAsset", "already_exists", "name")
    asset = AssetRecord(
        id=call.state.next_id,
        name=name,
        label=call.query.get("label", ""),
        content_type=call.content_type,
        size=len(call.body),
        digest=f"sha256:{hashlib.sha256(call.body).hexdigest()}",
        login=call.login,
        created=call.now,
    )
    call.repository.write_asset(asset.id, call.body)
    holding = replace(release, assets=(*release.assets, asset))
    call.repository.write(replace(call.state, last_id=asset.id).with_release(holding))
    return Reply(201, asset_shape(call.repository, release, asset))


def get_asset(call: Call) -> Reply:
    """GET releases/assets/{id}: what it is, or for `Accept: application/octet-stream` the way to its bytes."""
    wanted = int(call.names["asset"])
    for release in call.state.releases:
        for asset in release.assets:
            if asset.id == wanted:
                return _told(call, release, asset)
    raise not_found()


def _told(call: Call, release: ReleaseRecord, asset: AssetRecord) -> Reply:
    if "application/octet-stream" in call.accept:
        return Reply(
            302, None, {"Location": f"https://{STORAGE_HOST}/{call.repository.full_name}/{asset.id}"}
        )
    return Reply(200, asset_shape(call.repository, release, asset))


def stored(repository: Repository, asset: int) -> bytes | None:
    """The bytes of an asset; None when there are none."""
    file = repository.asset_file(asset)
    return file.read_bytes() if file.exists() else None


def delete_asset(call: Call) -> Reply:
    """DELETE releases/assets/{id}."""
    wanted = int(call.names["asset"])
    for release in call.state.releases:
        kept = tuple(asset for asset in release.assets if asset.id != wanted)
        if kept != release.assets:
            call.repository.write(call.state.with_release(replace(release, assets=kept)))
            call.repository.asset_file(wanted).unlink(missing_ok=True)
            return Reply(204)
    raise not_found()
