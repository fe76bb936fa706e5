"""Which commands the default run of a kill campaign kills at."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.kill_point import AFTER, BEFORE, OTHER, SAMPLE, kind, moment
from tests.support.kill_sample import MORE, counted, only, sampled

COUNTS = {"git clone": 11, "git push": 8, "gh api PUT merge": 7, "git tag": 1, "kubectl wait": 3}
SEEDS = range(50)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_kind_of_command_is_in_every_sample(seed: int) -> None:
    sample = sampled(COUNTS, seed)
    assert set(sample) == {*COUNTS, OTHER}
    assert all(1 <= int(number) <= COUNTS[name] for name in COUNTS for number in sample[name])
    moments = [when for numbers in sample.values() for when in numbers.values()]
    assert {*moments} <= {BEFORE, AFTER}
    assert len(moments) == len(COUNTS) + MORE + 1


def test_the_same_seed_gives_the_same_sample_and_others_differ() -> None:
    assert [sampled(COUNTS, seed) for seed in SEEDS] == [
        sampled(dict(reversed(COUNTS.items())), seed) for seed in SEEDS
    ]
    assert len({json.dumps(sampled(COUNTS, seed)) for seed in SEEDS}) > len(SEEDS) / 2


def test_in_the_end_every_command_and_both_moments_are_taken() -> None:
    taken = {
        (number, when) for seed in range(300) for number, when in sampled(COUNTS, seed)["git push"].items()
    }
    assert taken == {(str(number), when) for number in range(1, 9) for when in (BEFORE, AFTER)}


def test_how_often_a_run_waits_is_not_counted_on() -> None:
    assert all([*sampled(COUNTS, seed)["kubectl wait"]] == ["1"] for seed in SEEDS)


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("git -C a/b push --quiet origin HEAD:refs/heads/x", "git push"),
        ("git -C a/b push --quiet origin refs/tags/v1", "git push tag"),
        ("git -C a -c user.name=x commit -m push", "git commit"),
        ("gh --version", "gh"),
        ("gh api -X POST repos/kubeflow/kubeflow/pulls --silent -f title=a", "gh api POST pulls"),
        ("gh api -X PUT repos/kubeflow/kubeflow/pulls/72/merge --silent", "gh api PUT merge"),
        ("gh api -X PATCH repos/kubeflow/kubeflow/releases/1?a=b/c", "gh api PATCH releases"),
        ("gh api -H Accept:x repos/kubeflow/kubeflow/releases/assets/2", "gh api GET assets"),
        ("gh release upload v1 file", "gh release upload"),
        ("kubectl --request-timeout=10s -n kubeflow-releasing create -f -", "kubectl create"),
        ("kubectl config use-context gke", "kubectl config use-context"),
        ("gcloud container clusters get-credentials cluster --zone a", "gcloud container clusters get-credentials"),
        ("gcloud config set account a@example.org", "gcloud config set"),
        ("ks param set --env=releasing workflows name push", "ks param set"),
        ("make -C folder push TAG=v1", "make push"),
        ("rm -rf push", "rm"),
        ("apply_image_tags.py --pattern push", "apply_image_tags.py"),
    ],
)  # fmt: skip
def test_a_kind_is_a_program_and_what_it_does(line: str, name: str) -> None:
    program, *words = line.split()
    assert kind(program, words) == name


def test_different_commands_are_counted_by_their_kind() -> None:
    commands = [["git", "add", "a"], ["git", "add", "b"], ["git", "add", "a"], ["/bin/rm", "a"]]
    assert counted(commands) == {"git add": 2, "rm": 1}


def kills(sandbox: Path, when: str, *lines: str) -> list[str]:
    return [moment(sandbox, when, *split(line)) for line in lines]


def split(line: str) -> tuple[str, list[str]]:
    program, *words = line.split()
    return program, words


def test_a_complete_campaign_kills_at_every_command_once(tmp_path: Path) -> None:
    lines = ("git add a", "git add b", "git add a", "rm a")
    assert kills(tmp_path, BEFORE, *lines) == [BEFORE, BEFORE, "", BEFORE]
    assert kills(tmp_path, BEFORE, *lines) == [""] * len(lines)


def test_a_sample_kills_at_its_commands_and_at_the_first_of_a_kind_that_it_does_not_know(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "killing"
    folder.mkdir()
    sample = {"git add": {"2": BEFORE}, OTHER: {"1": AFTER}}
    (folder / "sample.json").write_text(json.dumps(sample))
    lines = ("git add a", "git add a", "git add b", "git add c", "rm a", "rm b")
    assert kills(tmp_path, SAMPLE, *lines) == ["", "", BEFORE, "", AFTER, ""]


def test_a_sample_of_only_one_kind_kills_once(tmp_path: Path) -> None:
    (tmp_path / "killing").mkdir()
    (tmp_path / "killing" / "sample.json").write_text(json.dumps(only("rm", BEFORE)))
    assert kills(tmp_path, SAMPLE, "git add a", "rm a", "rm b") == ["", BEFORE, ""]
