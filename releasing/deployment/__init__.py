"""The manifests that run this tool in a cluster, generated from release.yaml and from the steps of a recipe."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from releasing.builds.image_builds import NamedBuild
from releasing.config.release_yaml import Config, Profile
from releasing.deployment import build_workflow, container, nightly_jobs, release_workflow, rights
from releasing.deployment.pods import namespace
from releasing.deployment.yaml_text import as_yaml
from releasing.errors import ConfigError
from releasing.release import Release
from releasing.runbook.recipe import Recipe
from releasing.version import Candidate, Version

FOLDER = "deploy"


def files(config: Config, candidate: Recipe) -> dict[str, str]:
    """The files of deploy/ by name; `candidate` is the recipe whose steps become the nodes of a workflow.

    Raises ConfigError when release.yaml lacks what they need.
    """
    namespace(config)
    template = release_workflow.template(config, candidate.of(_release(config)))
    found = {
        "Containerfile": container.text(config),
        "rights.yaml": as_yaml("deploy.render", *rights.objects(config)),
        f"release-{candidate.name}.yaml": as_yaml("deploy.render", template),
    }
    for name, settings in config.builds.items():
        build = NamedBuild(name, settings)
        if settings.argo:
            content = build_workflow.of_step(config, build.step, settings.argo)
            found[f"{build.step}.yaml"] = as_yaml("deploy.render", content)
    return found


def nightly_files(config: Config) -> dict[str, str]:
    """The files that start the nightly, by name; ConfigError when release.yaml lacks what they need."""
    image = pinned(config)
    jobs = (nightly_jobs.night(config), nightly_jobs.check(config))
    started = [nightly_jobs.cron_workflow(config, image, job) for job in jobs]
    periodics = [nightly_jobs.periodic(config, image, job) for job in jobs]
    return {
        "nightly.yaml": as_yaml("nightly.deploy", *started),
        "prow-nightly.yaml": as_yaml("nightly.deploy", {"periodics": periodics}),
    }


def pinned(config: Config) -> str:
    """The image of this tool; ConfigError when release.yaml does not name it."""
    if config.deploy.image is None:
        raise ConfigError(
            "release.yaml: deploy.image is missing; it is required by digest, because a tag may move between nights",
            "build and push it as docs/deploy.md says, then write 'deploy:' and 'image: NAME@sha256:DIGEST'",
        )
    return config.deploy.image


def stale(folder: Path, wanted: Mapping[str, str]) -> list[str]:
    """The files of `wanted` that are missing or different in `folder`."""
    return [name for name, text in wanted.items() if not _is(folder / name, text)]


def _is(path: Path, text: str) -> bool:
    return path.is_file() and path.read_bytes() == text.encode()


def _release(config: Config) -> Release:
    """Any release of the project: its steps do not depend on its version."""
    version = Version(0, 0, 1, config.naming)
    return Release(config, Profile(sandbox="-"), version, Candidate(version, 0), Path(), "", "")
