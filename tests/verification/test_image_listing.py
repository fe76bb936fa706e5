"""image_tags.yaml and the release document."""

from __future__ import annotations

from releasing.verification import image_listing, recorded
from tests.support.verified_project import IMAGES, LISTED, RECORDED, TAG, Project, digest, listing

PATH = "releasing/image_tags.yaml"
DOCUMENT = "docs/releasing.md"


def test_a_sound_listing_holds(project: Project) -> None:
    found = project.claims(image_listing.claims)
    assert {name for name, claim in found.items() if claim.holds} == {*found}
    assert found["listed"].found == "2 of 2 released images are listed at v0.2.1"


def test_a_digest_that_is_too_short_does_not_hold(project: Project) -> None:
    short = listing(*LISTED, ("gcr.io/other/tf_operator", f"sha256:{'a' * 63}", "v0.3.0"))
    project.commit("master", {PATH: short})
    found = project.claims(image_listing.claims)["listing"]
    assert not found.holds
    assert "(it has 63)" in found.details[0]


def test_a_listing_that_is_no_yaml_does_not_hold(project: Project) -> None:
    project.commit("master", {PATH: "images: [\n"})
    found = project.claims(image_listing.claims)
    assert found["listing"].holds is False
    assert found["listed"].holds is False


def test_an_image_on_two_digests_or_on_none_does_not_hold(project: Project) -> None:
    twice = listing(*LISTED[:1]).replace(
        b"- digest", f"- digest: sha256:{'b' * 64}\n    tags: [{TAG}]\n  - digest".encode(), 1
    )
    project.commit("master", {PATH: twice})
    found = project.claims(image_listing.claims)
    assert f"{IMAGES[0]}:{TAG} is on" in found["listing"].details[0]
    assert found["listed"].found == "1 of 2 released images are listed at v0.2.1"
    assert IMAGES[1] in found["listed"].details[0]


def test_a_listing_that_was_deleted_later_is_read_as_it_was_last(project: Project) -> None:
    project.commit("master", {PATH: None})
    found = project.claims(image_listing.claims)
    assert found["listed"].holds
    assert found["listing"].found.endswith("the file was deleted later")


def test_a_listing_that_never_was_does_not_hold(project: Project) -> None:
    project = project.configured(image_tags="releasing/other.yaml")
    found = project.claims(image_listing.claims)
    assert found["listing"].details == ("master never had releasing/other.yaml",)
    assert found["listed"].holds is False


def test_a_project_without_a_listing_claims_nothing_of_it(project: Project) -> None:
    assert project.configured(image_tags=None).claims(image_listing.claims) == {}


def test_a_change_of_the_listing_on_the_release_branch_does_not_hold(project: Project) -> None:
    project.commit("v0.2-branch", {PATH: listing(*LISTED)}, "Cherry-pick: tag the images (#5)")
    found = project.released({"more": "more\n"}).claims(image_listing.claims)["listing's place"]
    assert not found.holds
    assert len(found.details) == 1
    assert found.details[0].endswith("2018-07-04 Cherry-pick: tag the images (#5)")


def test_digests_in_the_document_hold(project: Project) -> None:
    assert project.claims(recorded.claims)["document"].holds


def test_a_document_without_a_digest_or_with_another_does_not_hold(project: Project) -> None:
    text = RECORDED.replace(digest(IMAGES[0]), f"sha256:{'c' * 64}")
    found = project.released({DOCUMENT: text}).claims(recorded.claims)["document"]
    assert not found.holds
    assert found.details == (f"{IMAGES[0]}: no digest",)
    found = project.released({DOCUMENT: "# Nothing\n"}).claims(recorded.claims)["document"]
    assert found.found == "0 of 2 digests are in docs/releasing.md"
    found = project.released({DOCUMENT: None}).claims(recorded.claims)["document"]
    assert (found.holds, found.found) == (False, "v0.2.1 has no docs/releasing.md")


def test_a_superseded_candidate_recorded_what_its_images_were_then(project: Project) -> None:
    other = RECORDED.replace(digest(IMAGES[0]), f"sha256:{'c' * 64}")
    project.tag(f"{TAG}-rc.0", project.commit("v0.2-branch", {DOCUMENT: other}))
    assert not project.claims(recorded.claims, candidate=0)["document"].holds
    project.tag(f"{TAG}-rc.1", project.commit("v0.2-branch", {DOCUMENT: RECORDED}))
    assert project.claims(recorded.claims, candidate=0)["document"].holds


def test_a_project_without_a_document_claims_nothing_of_it(project: Project) -> None:
    assert project.configured(document=None).claims(recorded.claims) == {}
