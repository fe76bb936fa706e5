"""Which paths are left alone."""

from __future__ import annotations

import pytest

from releasing.references.protected_paths import is_copy, protection

pytestmark = pytest.mark.interpreter


@pytest.mark.parametrize(
    "path",
    [
        "releasing/releaser/vendor/a/b.libsonnet",
        "releasing/releaser/lib/v1.9.7/k8s.libsonnet",
        "x/environments/prow/.metadata/k8s.libsonnet",
        "components/centraldashboard/package-lock.json",
        "bootstrap/api/swagger.yaml",
    ],
)
def test_copies_are_protected_and_not_read(path: str) -> None:
    assert is_copy(path)
    assert protection(path)


@pytest.mark.parametrize(
    "path",
    [
        "CHANGELOG.md",
        "docs/changelog-0.2.md",
        "kubeflow/common/tests/a.jsonnet",
        "bootstrap/pkg/testdata/a.yaml",
        "a/set-image-name_test.go",
        "web/cypress/fixtures/notebooks.json",
        "web/src/__snapshots__/form.snap",
        "web/src/form.spec.ts",
        "web/src/form.test.jsx",
        "web/src/pods-mock.ts",
        "hack/retag_katib_images.sh",
        "releasing/image_tags.yaml",
    ],
)
def test_records_are_protected_but_read(path: str) -> None:
    assert protection(path)
    assert not is_copy(path)


@pytest.mark.parametrize(
    "path",
    [
        "testing/workflows/components/workflows.libsonnet",
        "kubeflow/core/kubeform_spawner.py",
        "a/library/x.py",
        "bootstrap/test_deploy.yaml",
        "a/inspector.spec.yaml",
    ],
)
def test_what_we_release_from_is_not_protected(path: str) -> None:
    assert protection(path) == ""
