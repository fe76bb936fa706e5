"""A sandbox: the world of a rehearsal, made once, with its servers up while it is open."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from dataclasses import fields as dataclass_fields
from pathlib import Path
from typing import TYPE_CHECKING

from releasing.clients.git.git_settings import as_variables
from releasing.errors import PreconditionError
from releasing.rehearsal import server_process, signing, source_copy
from releasing.rehearsal.folders import OWNED, TESTGRID, WEBHOOK, Place
from releasing.rehearsal.github.gh_environment import gh_environment
from releasing.rehearsal.github.state import ServerSettings
from releasing.rehearsal.own_environment import own_environment
from releasing.rehearsal.project import earlier_images, sample_project
from releasing.rehearsal.signing import Keys
from releasing.shell.files import replace_text
from releasing.shell.git_guard import plain_word
from releasing.shell.lock import held

if TYPE_CHECKING:
    from releasing.config.release_yaml import Config

SCRIPTS = Path(__file__).resolve().parent.parent.parent / "scripts"
STAND_INS = Path(__file__).parent / "bin"
SAMPLE = "the sample project"
LOCK = "lock"
SETTINGS = {"advice.detachedHead": "false"}
NO_KEYS = Keys()


@contextmanager
def opened(
    folder: Path, config: Config, wanted_source: str = "", *, fresh: bool = False
) -> Iterator[tuple[dict[str, str], int]]:
    """The environment in which commands act on the sandbox in `folder`, and the lock that keeps others out.

    The sandbox is made when it is not there. `wanted_source` is a repository to rehearse on instead of the
    sample project; `fresh` starts over. Raises UsageError for a source that is an option of git's,
    PreconditionError when the folder is something else, or a sandbox of another source; LockedError when another
    run is at work in it.
    """
    place = Place(folder.resolve())
    plain_word(wanted_source, "--source")
    _refuse_strangers(place, fresh)
    with held(place.folder / LOCK) as lock:
        place.owned.touch()
        if fresh:
            _empty(place)
        _refuse_another(place, wanted_source)
        _settle(place, config)
        with served(place), signing.keys(place.folder / "signing", config.signing) as keys:
            if not place.marker.exists():
                _fill(place, config, wanted_source)
            source_copy.found_operators(config, place.github)
            source_copy.seed_other_images(config, place.registry_url)
            yield environment(place, config, keys), lock


def _empty(place: Place) -> None:
    for path in place.folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.name not in (LOCK, OWNED):
            path.unlink()


def environment(place: Place, config: Config, keys: Keys = NO_KEYS) -> dict[str, str]:
    """The variables that make production's command lines act on the sandbox, and sign with `keys`, and nothing else.

    Programs that somebody puts into the sandbox's bin/ stand in before ours.
    """
    path = [
        place.folder / "bin",
        STAND_INS,
        Path(sys.executable).parent,
        SCRIPTS,
        os.environ.get("PATH", os.defpath),
    ]
    registries = {config.registry.split("/")[0], *_hosts(config.reference_prefixes)}
    mirrors = ",".join(f"{host}={place.registry_url}/{host}" for host in sorted(registries))
    return {
        **own_environment(),
        **gh_environment(place.folder / "gh", place.socket),
        "PATH": os.pathsep.join(map(str, path)),
        **git_settings(
            {f"url.{place.github}/.insteadOf": "https://github.com/", **SETTINGS, **keys.settings}
        ),
        **keys.variables,
        "GIT_AUTHOR_NAME": "Release Team",
        "GIT_AUTHOR_EMAIL": "release-team@example.org",
        "GIT_COMMITTER_NAME": "Release Team",
        "GIT_COMMITTER_EMAIL": "release-team@example.org",
        "CLOUDSDK_ACTIVE_CONFIG_NAME": "release-rehearsal",
        "CLOUDSDK_CONFIG": str(place.folder / "gcloud"),
        "KUBECONFIG": str(place.folder / "kubeconfig"),
        # An app names the cluster of production, and the sandbox's stands in for it.
        "KS_CHECK_SERVER": "0",
        "DOCKER_CONFIG": str(place.folder / "docker-config"),
        "RELEASE_SANDBOX": str(place.folder),
        "RELEASE_SANDBOX_REGISTRY": place.registry_url,
        "RELEASE_REGISTRY_MIRRORS": mirrors,
        "RELEASE_SMTP_SERVER": place.smtp_server,
        # No report of a rehearsal reaches the release manager's own webhook.
        "RELEASE_NIGHTLY_WEBHOOK": f"{place.registry_url}{WEBHOOK}/nightly",
        "RELEASE_TESTGRID": f"{place.registry_url}{TESTGRID}/{config.repository}",
    }


def git_settings(settings: Mapping[str, str]) -> dict[str, str]:
    """The variables that give git these settings, and none of the machine's."""
    return {"GIT_CONFIG_NOSYSTEM": "1", **as_variables(settings)}


def _hosts(prefixes: tuple[str, ...]) -> set[str]:
    return {prefix.split("/")[0] for prefix in prefixes if "." in prefix.split("/")[0]}


def _refuse_strangers(place: Place, fresh: bool) -> None:
    """Raise PreconditionError for a folder that has files and no proof that they are a sandbox's.

    A sandbox of an earlier version has none: it is used, and given it, and only emptied afterwards.
    """
    if place.owned.is_file() or not place.folder.exists():
        return
    if place.folder.is_dir():
        files = {path.name for path in place.folder.iterdir()} - {LOCK}
        if not files or (_is_earlier(place) and not fresh):
            return
    raise PreconditionError(
        f"{place.folder} has files that are not of a sandbox", "choose an empty --sandbox DIR"
    )


def _is_earlier(place: Place) -> bool:
    """Whether the folder is a whole sandbox of a version that left no proof of it."""
    try:
        marker, settings = (json.loads(path.read_text("utf-8")) for path in (place.marker, place.settings))
    except (OSError, ValueError):
        return False
    return (
        isinstance(marker, dict)
        and isinstance(settings, dict)
        and {*marker} == {"source"}
        and {*settings} <= {each.name for each in dataclass_fields(ServerSettings)}
        and place.github.is_dir()
    )


def _refuse_another(place: Place, wanted_source: str) -> None:
    if place.marker.exists() and wanted_source:
        kept = json.loads(place.marker.read_text(encoding="utf-8"))["source"]
        if kept != source_copy.name(wanted_source):
            raise PreconditionError(
                f"{place.folder} is a rehearsal of {kept}, not of {source_copy.name(wanted_source)}",
                "--fresh starts over; --sandbox DIR rehearses in another folder",
            )


def _settle(place: Place, config: Config) -> None:
    settings = ServerSettings(
        config.announcement.from_.split("@")[0],
        config.checks.presubmit,
        config.checks.postsubmit,
        release_branch=config.release_branch,
    )
    text = json.dumps(asdict(settings), indent=2) + "\n"
    if not place.settings.exists() or place.settings.read_text(encoding="utf-8") != text:
        replace_text(place.settings, text)


def _fill(place: Place, config: Config, wanted_source: str) -> None:
    """Make what the world has before the release: the repository, and the images that are there already."""
    repository = place.github / f"{config.repository}.git"
    if wanted_source:
        source_copy.copy(wanted_source, repository, config.default_branch)
        source_copy.seed_operators(config, place.registry_url)
    else:
        sample_project.create(repository, config.naming.branches.name((0, 1, 2)))
        sample_project.seed(place.registry_url)
        source_copy.seed_operators(config, place.registry_url, earlier_images.names())
    source_copy.begin_numbers(repository)
    kept = {"source": source_copy.name(wanted_source) if wanted_source else SAMPLE}
    replace_text(place.marker, json.dumps(kept) + "\n")


@contextmanager
def served(place: Place, *, standing: bool = False) -> Iterator[None]:
    """The servers, as a child process that ends with this one; those of `rehearsal.serve` are used when up.

    `standing` says that these are to be used by others.
    """
    if not standing and place.is_served():
        yield
        return
    with held(place.folder / "servers.lock"), server_process.serving(place):
        if standing:
            replace_text(place.standing, f"{os.getpid()}\n")
        try:
            yield
        finally:
            if standing:
                place.standing.unlink(missing_ok=True)
