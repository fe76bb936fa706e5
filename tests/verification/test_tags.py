"""The tag, its branch, and the candidate of a final."""

from __future__ import annotations

import subprocess
from pathlib import Path

from releasing.config.release_yaml import Signing
from releasing.verification import claims as all_claims
from releasing.verification import tags
from tests.support.verified_project import TAG, Project

BRANCH = "v0.2-branch"


def test_a_sound_tag_holds(project: Project) -> None:
    found = project.claims(tags.claims)
    assert {name for name, claim in found.items() if claim.holds} == {*found}
    assert {"tag", "branch", "annotated", "on its branch", "branch came first", "candidate"} == {*found}


def test_a_release_without_a_tag_claims_nothing_of_its_tree(project: Project) -> None:
    project.git("tag", "-d", TAG)
    found = {claim.name: claim for claim in all_claims(project.read())}
    assert {*found} == {"names", "numbers", "tag", "branch"}
    assert not found["tag"].holds
    assert found["tag"].found == "origin has no tag v0.2.1"


def test_a_tag_under_another_name_does_not_hold(project: Project) -> None:
    project.git("tag", "-d", TAG)
    project.tag("0.2.1", BRANCH)
    found = project.claims(tags.claims)["tag"]
    assert not found.holds
    assert "0.2.1 is read instead" in found.found


def test_a_lightweight_tag_does_not_hold(project: Project) -> None:
    project.tag(TAG, BRANCH, annotated=False)
    assert project.claims(tags.claims)["annotated"].holds is False


def test_a_tag_is_signed_where_release_yaml_asks_for_it(project: Project, tmp_path: Path) -> None:
    assert "signed" not in project.claims(tags.claims)
    signed = project.configured(signing=Signing(format="ssh"))
    assert signed.claims(tags.claims)["signed"].found == "no good ssh signature"
    key, signers = tmp_path / "key", tmp_path / "signers"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    signers.write_text(f"ada@example.org {Path(f'{key}.pub').read_text()}")
    (tmp_path / "gitconfig").write_text(f'[gpg "ssh"]\n\tallowedSignersFile = {signers}\n')
    settings = ("-c", "gpg.format=ssh", "-c", f"user.signingKey={key}")
    project.git(*settings, "tag", "--force", "--sign", "-m", TAG, TAG, BRANCH)
    assert not signed.claims(tags.claims)["signed"].holds
    signed.variables["GIT_CONFIG_GLOBAL"] = str(tmp_path / "gitconfig")
    assert signed.claims(tags.claims)["signed"].found == "a good ssh signature"


def test_a_tag_off_its_branch_says_where_it_is(project: Project) -> None:
    project.tag(TAG, "master")
    found = project.claims(tags.claims)["on its branch"]
    assert not found.holds
    assert found.found.endswith("is on master, not on v0.2-branch")


def test_a_tag_on_no_branch_says_so(project: Project) -> None:
    lost = project.commit("scratch", {"a": "b"}, start=BRANCH)
    project.tag(TAG, lost)
    project.git("update-ref", "-d", "refs/heads/scratch")
    assert "is on no branch" in project.claims(tags.claims)["on its branch"].found


def test_a_branch_that_is_not_there_does_not_hold(project: Project) -> None:
    project.git("update-ref", "-d", f"refs/heads/{BRANCH}")
    found = project.claims(tags.claims)
    assert found["branch"].holds is False
    assert "on its branch" not in found


def test_a_tag_from_before_the_branch_was_cut_does_not_hold(project: Project) -> None:
    project.tag(TAG, "master~1")
    project.commit("later", {"b": "c"}, start="master")
    project.git("update-ref", f"refs/heads/{BRANCH}", "later")
    found = project.claims(tags.claims)["branch came first"]
    assert not found.holds
    assert found.found == "v0.2-branch was cut 1 commit after v0.2.1"


def test_merging_the_default_branch_does_not_move_the_branchs_beginning(project: Project) -> None:
    tree = project.git("rev-parse", f"{BRANCH}^{{tree}}")
    merged = project.git("commit-tree", tree, "-p", BRANCH, "-p", "master", "-m", "Merge")
    project.git("update-ref", f"refs/heads/{BRANCH}", merged)
    assert project.claims(tags.claims)["branch came first"].holds


def test_a_final_without_a_candidate_does_not_hold(project: Project) -> None:
    project.git("tag", "-d", f"{TAG}-rc.0")
    found = project.claims(tags.claims)["candidate"]
    assert not found.holds
    assert found.found == "v0.2.1 had no candidate"


def test_a_final_beyond_its_newest_candidate_says_how_far(project: Project) -> None:
    for number in range(2):
        project.commit(BRANCH, {"more": str(number)})
    project.tag(TAG, BRANCH)
    found = project.claims(tags.claims)["candidate"]
    assert not found.holds
    assert found.found == "v0.2.1 is 2 commits after v0.2.1-rc.0"


def test_a_final_on_an_older_candidate_lacks_what_the_newest_had(project: Project) -> None:
    project.tag(f"{TAG}-rc.1", project.commit(BRANCH, {"more": "more"}))
    found = project.claims(tags.claims)["candidate"]
    assert not found.holds
    assert "lacks 1 of that candidate's commits" in found.found


def test_a_candidate_is_not_held_against_candidates(project: Project) -> None:
    assert "candidate" not in project.claims(tags.claims, candidate=0)


def test_a_final_on_the_commit_of_another_final_does_not_hold(project: Project) -> None:
    (own,) = tags.commit_claims(project.read())
    assert (own.name, own.holds) == ("own commit", True)
    for other in ("v0.2.2-rc.0", "v0.2.1.1", "later"):
        project.tag(other, BRANCH)
    assert all(claim.holds for claim in tags.commit_claims(project.read()))
    project.tag("v0.2.2", BRANCH, annotated=False)
    project.tag("v0.3", BRANCH)
    (own,) = tags.commit_claims(project.read())
    assert own.holds is False
    assert own.found.endswith(" is v0.2.2 and v0.3, too")
    assert [*tags.commit_claims(project.read(candidate=0))] == []
