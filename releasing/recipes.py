"""The releases as the runbook has them, section by section: read this first.

Steps run side by side where none needs another; what a step needs stands in its declaration in steps/.
"""

from __future__ import annotations

from releasing.runbook.recipe import Recipe, Section
from releasing.steps.authenticate import auth
from releasing.steps.build_images import build_images
from releasing.steps.build_nightly import build_nightly
from releasing.steps.cut_branch import cut_branch
from releasing.steps.preflight import check_files, preflight
from releasing.steps.release_final import announce_release, check_vote, publish_release, tag_final
from releasing.steps.tag_candidate import announce_vote, publish_candidate, tag_candidate
from releasing.steps.update_bootstrapper import update_bootstrapper
from releasing.steps.update_images import apply_image_tags, update_image_tags, update_prototypes
from releasing.steps.update_master import merge_master_update, tag_master, update_master
from releasing.steps.update_operator import update_operator
from releasing.steps.update_release_branch import (
    check_blockers,
    check_release_notes,
    open_release_pr,
    record_image_digests,
    wait_for_postsubmit,
    wait_for_presubmit,
)

RC = Recipe(
    "rc",
    "Release candidate: build, update, tag and announce the vote",
    (
        Section("Some preliminary instructions", preflight, check_files),
        Section("Authenticate to GCP", auth),
        Section("Update {title}", update_operator),  # for each operator of release.yaml
        Section("Build {heading}", build_images),  # for each build
        Section("Update the bootstrapper", update_bootstrapper),
        Section("Create a release branch (if necessary)", cut_branch),
        Section(
            "Updating ksonnet prototypes with docker image",
            update_prototypes,
            update_image_tags,
            apply_image_tags,
        ),
        Section(
            "Updating the release branch and tagging a release",
            open_release_pr,
            wait_for_presubmit,
            wait_for_postsubmit,
            record_image_digests,
            check_blockers,
            check_release_notes,
        ),
        Section("Tagging a release candidate", tag_candidate, publish_candidate, announce_vote),
    ),
)

FINAL = Recipe(
    "final",
    "Release: tag the candidate that passed its vote",
    (
        Section("Some preliminary instructions", preflight),
        Section("Release votes and releases", check_vote, tag_final, publish_release, announce_release),
    ),
)

MASTER = Recipe(
    "master",
    "Default branch: use the newest images, and tag the commit that does",
    (
        Section("Some preliminary instructions", preflight),
        Section("Updating the ksonnet configs for master", update_master, merge_master_update, tag_master),
    ),
)

RECIPES = (RC, FINAL, MASTER)

# No release of a version, so not among RECIPES: build-nightly stands for one step per entry of the release config.
NIGHTLY = Recipe(
    "nightly",
    "Image auto release: every image of the release config, every night",
    (
        Section("Some preliminary instructions", preflight),
        Section("Authenticate to GCP", auth),
        Section("Image Auto Release", build_nightly),
    ),
)
