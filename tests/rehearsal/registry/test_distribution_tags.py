"""Tags, deletion, the catalog and referrers: one set of expectations, for our registry and for docker-registry."""

from __future__ import annotations

from releasing.rehearsal.registry.layout import OCI_INDEX, OCI_MANIFEST, digest_of
from tests.support import conformance
from tests.support.conformance import EVERY_TYPE, Registry, image, part

registry, server = conformance.registry, conformance.server
ABSENT = digest_of(b"nothing has these bytes")


def test_a_deleted_manifest_is_gone_with_its_tags(registry: Registry) -> None:
    content = registry.push_image("v1")
    registry.put_manifest("v2", content)
    other = registry.push_image("v3", b"other")
    assert registry.ask("DELETE", f"manifests/{digest_of(content)}").status == 202
    assert registry.ask("GET", "manifests/v1", headers=EVERY_TYPE).refusal == (404, "MANIFEST_UNKNOWN")
    assert registry.ask("GET", f"manifests/{digest_of(content)}", headers=EVERY_TYPE).status == 404
    assert registry.ask("GET", "manifests/v3", headers=EVERY_TYPE).body == other
    assert registry.tags() == ["v3"]


def test_an_unknown_manifest_cannot_be_deleted(registry: Registry) -> None:
    registry.push_image("v1")
    assert registry.ask("DELETE", f"manifests/{ABSENT}").refusal == (404, "MANIFEST_UNKNOWN")


def test_a_deleted_tag_leaves_its_manifest(registry: Registry) -> None:
    content = registry.push_image("v1")
    assert registry.ask("DELETE", "manifests/v1").status == 202
    assert registry.tags() == []
    assert registry.ask("GET", f"manifests/{digest_of(content)}", headers=EVERY_TYPE).body == content


def test_an_unknown_tag_cannot_be_deleted(registry: Registry) -> None:
    registry.push_image("v1")
    assert registry.ask("DELETE", "manifests/v2").refusal == (404, "MANIFEST_UNKNOWN")


def test_tags_are_sorted(registry: Registry) -> None:
    content = registry.push_image("v9")
    for tag in ("b", "v10", "a", "C", "0", "e", "d", "_", "q"):
        registry.put_manifest(tag, content)
    assert registry.tags() == ["0", "C", "_", "a", "b", "d", "e", "q", "v10", "v9"]


def test_tags_are_listed_in_pages(registry: Registry) -> None:
    content = registry.push_image("a")
    for tag in ("b", "c", "d"):
        registry.put_manifest(tag, content)
    first = registry.ask("GET", "tags/list?n=2")
    assert first.json == {"name": registry.repository, "tags": ["a", "b"]}
    following = first.headers["Link"].removeprefix("<").removesuffix('>; rel="next"')
    second = registry.ask("GET", following)
    assert (second.json["tags"], second.headers["Link"]) == (["c", "d"], None)
    assert registry.ask("GET", "tags/list?n=0").json["tags"] == []


def test_a_page_length_that_is_no_number_is_refused(registry: Registry) -> None:
    registry.push_image("v1")
    assert registry.ask("GET", "tags/list?n=many").refusal == (400, "PAGINATION_NUMBER_INVALID")


def test_the_tags_of_an_unknown_repository_are_not_found(registry: Registry) -> None:
    assert registry.ask("GET", "tags/list").refusal == (404, "NAME_UNKNOWN")


def test_the_catalog_lists_repositories_within_repositories(registry: Registry) -> None:
    names = [registry.repository, f"{registry.repository}/katib", f"{registry.repository}/katib/x"]
    for name in reversed(names):
        Registry(registry.url, name).push_image("v1")
    assert set(names) <= set(registry.ask("GET", "/v2/_catalog?n=1000").json["repositories"])
    page = registry.ask("GET", f"/v2/_catalog?n=2&last={names[0]}")
    assert page.json["repositories"] == names[1:]


def _push_attached(registry: Registry, kind: str, subject: bytes) -> bytes:
    about = {"mediaType": OCI_MANIFEST, **part(subject)}
    content = image(b"layer", subject=about, artifactType=kind, annotations={"kind": kind})
    answer = registry.put_manifest(digest_of(content), content)
    assert (answer.status, answer.headers["OCI-Subject"]) == (201, digest_of(subject))
    return content


def test_a_subject_is_acknowledged(registry: Registry) -> None:
    _push_attached(registry, "example/signature", registry.push_image("v1"))


def test_referrers_are_listed(registry: Registry) -> None:
    subject = registry.push_image("v1")
    attached = _push_attached(registry, "example/signature", subject)
    answer = registry.ask("GET", f"referrers/{digest_of(subject)}")
    assert answer.headers["Content-Type"].startswith(OCI_INDEX)
    assert answer.json["manifests"] == [
        {
            "mediaType": OCI_MANIFEST,
            "digest": digest_of(attached),
            "size": len(attached),
            "artifactType": "example/signature",
            "annotations": {"kind": "example/signature"},
        }
    ]


def test_referrers_are_filtered_by_type(registry: Registry) -> None:
    subject = registry.push_image("v1")
    _push_attached(registry, "example/signature", subject)
    bill = _push_attached(registry, "example/bill", subject)
    answer = registry.ask("GET", f"referrers/{digest_of(subject)}?artifactType=example/bill")
    assert [each["digest"] for each in answer.json["manifests"]] == [digest_of(bill)]
    assert answer.headers["OCI-Filters-Applied"] == "artifactType"


def test_no_referrers_are_an_empty_index(registry: Registry) -> None:
    _push_attached(registry, "example/signature", registry.push_image("v1"))
    answer = registry.ask("GET", f"referrers/{ABSENT}")
    assert answer.status == 200
    assert answer.json["manifests"] == []
