"""What nightly.check claims: entries that resolve, images that are covered, nightlies that are young enough."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from releasing.nightly.monitoring.coverage import age_claims, covered, used_images
from releasing.nightly.release_config import parse
from releasing.nightly.resolution import resolve
from tests.support.nightly_projects import APP, repository
from tests.support.paths import ROOT

SAMPLE = ROOT / "releasing" / "rehearsal" / "sample"
CONFIG = "releasing/prow_config_release.yaml"
REPOSITORY = "kubeflow/kubeflow"
TAG = "v20180711-380a9822"
NOW = datetime(2018, 7, 8, 12, tzinfo=UTC)


def test_every_entry_of_the_sample_resolves_to_its_images() -> None:
    found = covered(parse((SAMPLE / CONFIG).read_bytes(), CONFIG).entries, "postsubmit", SAMPLE, REPOSITORY)
    assert found.problems == ()
    assert found.images["gcr.io/kubeflow-images-public/tf-model-server-cpu"] == "tf-serving-release"


def test_what_only_an_entry_for_other_jobs_builds_is_not_covered() -> None:
    entries = parse((SAMPLE / CONFIG).read_bytes(), CONFIG).entries
    assert not any(
        "kubeflow-ci" in name for name in covered(entries, "postsubmit", SAMPLE, REPOSITORY).images
    )
    assert any("kubeflow-ci" in name for name in covered(entries, "presubmit", SAMPLE, REPOSITORY).images)


def test_an_entry_of_a_component_or_an_app_that_is_not_there_is_told_with_its_line() -> None:
    text = (SAMPLE / CONFIG).read_text()
    wrong = text.replace("component: workflows", "component: release", 1).replace(
        "components/tensorflow-notebook-image/releaser", "components/nowhere"
    )
    found = covered(parse(wrong, CONFIG).entries, "postsubmit", SAMPLE, REPOSITORY)
    assert "tf-serving-release: releasing/releaser/components: no component 'release'" in found.problems[0]
    assert "tf-notebook-release: components/nowhere: neither a ksonnet app" in found.problems[1]


def test_parameters_of_the_apps_environments_do_not_count_as_a_night_makes_one_of_its_own(
    tmp_path: Path,
) -> None:
    checkout = repository(tmp_path, ["one"])
    app = checkout / APP
    edits = {
        "components/one.jsonnet": ('"gcr.io/kubeflow-images-public/one"', '"gcr.io/x/" + params.image'),
        "components/params.libsonnet": ('versionTag: "latest"', 'versionTag: "latest", image: "of-the-app"'),
        "environments/default/params.libsonnet": ("{}", '{ one+: { image: "of-the-environment" } }'),
    }
    for path, (before, after) in edits.items():
        text = (app / path).read_text()
        assert before in text
        (app / path).write_text(text.replace(before, after))
    [entry] = parse((checkout / CONFIG).read_bytes(), CONFIG).entries
    assert [str(each) for each in resolve(entry, checkout, REPOSITORY, TAG).images] == [
        f"gcr.io/x/of-the-app:{TAG}"
    ]


def test_images_in_use_are_those_of_prototypes_and_no_mirrors_of_others() -> None:
    used = used_images(SAMPLE, "gcr.io/kubeflow-images-public")
    assert used["gcr.io/kubeflow-images-public/katib/vizier-core"].startswith("kubeflow/katib/prototypes/")
    assert not any("quay.io" in name for name in used)


def test_a_nightly_is_overdue_once_its_day_began_longer_ago_than_the_limit() -> None:
    (claim,) = age_claims({"a": "v20180707-00000000", "b": "v20180706-00000000", "c": ""}, 36, NOW)
    assert claim.details == ("b: newest v20180706-00000000, 60 hours old", "c: no nightly image")
    assert age_claims({"a": "v20180707-00000000"}, 36, NOW)[0].holds
