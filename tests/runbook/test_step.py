"""Steps as they are declared, and recipes as sections of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from releasing.errors import ConfigError, UsageError
from releasing.release import Release
from releasing.runbook.recipe import Recipe, Section
from releasing.runbook.step import Finding, Member, Proposal, Step, met, present, proposal, step
from releasing.runbook.step_shell import StepShell
from tests.support.releases import release_at


@step()
def cut_wood(release: Release, sh: StepShell) -> None:
    """Cut the wood.

    Dry wood burns better.
    """


@cut_wood.verified_by
def wood_is_cut(release: Release, sh: StepShell) -> Finding:
    """The wood lies there,
    in pieces."""
    return met("there it lies")


@step(needs=(cut_wood,), when=lambda release: release.config.gcp is not None)
def stack_wood(release: Release, sh: StepShell) -> None:
    """Stack the wood."""


@step(needs=(stack_wood,), irreversible=True, gate=True)
def light_fire(release: Release, sh: StepShell) -> None:
    """Light the fire."""


FIRE = Recipe(
    "fire", "Make a fire", (Section("The wood", cut_wood, stack_wood), Section("The fire", light_fire))
)


def fire(*steps: Step) -> Recipe:
    return Recipe("fire", "", (Section("The fire", *steps),))


def test_a_declaration_gives_the_name_and_the_texts() -> None:
    assert (cut_wood.name, cut_wood.title) == ("cut-wood", "Cut the wood.")
    assert cut_wood.reasons == "Dry wood burns better."
    assert cut_wood.done_when == "The wood lies there, in pieces."
    assert (light_fire.needs, light_fire.irreversible, light_fire.gate) == (("stack-wood",), True, True)


def test_a_step_without_a_check_says_so_by_name() -> None:
    with pytest.raises(TypeError, match="step stack-wood has no verified_by"):
        _ = stack_wood.verify


def test_a_recipe_leaves_out_what_the_project_does_not_have(tmp_path: Path) -> None:
    assert [each.name for each in FIRE.of(release_at(tmp_path))] == ["cut-wood", "light-fire"]


def test_a_section_of_which_no_step_is_left_is_left_out(tmp_path: Path) -> None:
    stacking = Recipe("fire", "", (Section("The stack", stack_wood), Section("The wood", cut_wood)))
    assert [section.heading for section in stacking.of(release_at(tmp_path)).sections] == ["The wood"]


def test_a_recipe_has_the_steps_of_its_sections_in_order() -> None:
    assert FIRE.steps == (cut_wood, stack_wood, light_fire)


def test_a_span_includes_both_ends_and_empty_text_is_an_end() -> None:
    assert FIRE.span("", "") == FIRE.steps
    assert FIRE.span("stack-wood", "") == (stack_wood, light_fire)
    assert FIRE.span("", "stack-wood") == (cut_wood, stack_wood)
    assert FIRE.span("stack-wood", "stack-wood") == (stack_wood,)


@pytest.mark.parametrize(("first", "last"), [("cut-grass", ""), ("", "cut-grass")])
def test_a_span_from_or_to_nowhere_lists_the_steps(first: str, last: str) -> None:
    with pytest.raises(UsageError, match=r"release\.fire has no step 'cut-grass'") as caught:
        FIRE.span(first, last)
    assert caught.value.hint == "its steps: cut-wood, stack-wood, light-fire"


def test_a_span_backwards_is_refused_with_the_right_order() -> None:
    with pytest.raises(UsageError, match="light-fire comes after cut-wood") as caught:
        FIRE.span("light-fire", "cut-wood")
    assert caught.value.hint == "--from cut-wood --to light-fire"


def test_before_and_after_reach_through_other_steps() -> None:
    assert FIRE.before(light_fire) == {"stack-wood", "cut-wood"}
    assert FIRE.after(cut_wood) == [stack_wood, light_fire]
    without = fire(cut_wood, light_fire)
    assert without.before(light_fire) == frozenset()


def test_a_section_that_has_to_be_there_is_given_or_missed() -> None:
    assert present("section") == "section"
    with pytest.raises(TypeError, match=r"section of release\.yaml"):
        present(None)


def test_a_recipe_of_which_only_what_lapses_is_left_has_nothing_to_do(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"release\.hearth has no step for"):
        Recipe("hearth", "", (Section("The fire", light_fire),)).of(release_at(tmp_path))


@step(needs=(cut_wood,), each=lambda _release: [Member("oak", 3), Member("ash", 5)])
def burn(release: Release, sh: StepShell, logs: int) -> None:
    """Burn one kind of wood."""


@burn.verified_by
def ashes(release: Release, sh: StepShell, logs: int) -> Finding:
    """Ashes are there."""
    return met(f"{logs} logs")


def test_a_step_for_several_things_is_one_step_for_each_with_its_name(tmp_path: Path) -> None:
    release = release_at(tmp_path)
    _, oak, ash = fire(cut_wood, burn).of(release)
    assert [(each.name, each.title, each.needs) for each in (oak, ash)] == [
        ("oak", "Burn one kind of wood.", ("cut-wood",)),
        ("ash", "Burn one kind of wood.", ("cut-wood",)),
    ]
    assert [each.verify(release, None).text for each in (oak, ash)] == ["3 logs", "5 logs"]


def test_a_thing_with_the_name_of_a_step_is_refused(tmp_path: Path) -> None:
    twice = step(each=lambda _release: [Member("cut-wood", 1)])(burn.action)
    twice.verified_by(ashes)
    with pytest.raises(ConfigError, match="two steps have the same name: cut-wood"):
        fire(cut_wood, twice).of(release_at(tmp_path))


@proposal(change=lambda _release, tag: f"more wood {tag}")
@step()
def order_wood(release: Release, sh: StepShell) -> None:
    """Order wood."""


@proposal(change=lambda _release, tag: f"a chimney {tag}")
@step(needs=(order_wood,), when=lambda release: release.config.gcp is not None)
def order_chimney(release: Release, sh: StepShell) -> None:
    """Order a chimney."""


LOGS = [Member("order-oak", 3), Member("order-ash", 5), Member("order-elm", 7, proposes=False)]


@proposal(change=lambda _release, tag, logs: f"{logs} logs {tag}")
@step(needs=(order_wood,), each=lambda _release: LOGS)
def order_logs(release: Release, sh: StepShell, logs: int) -> None:
    """Order logs."""


@step(needs=(order_logs, order_chimney), given_proposals=True)
def sign(release: Release, sh: StepShell, proposals: Sequence[Proposal]) -> None:
    """Sign what was ordered."""


@proposal(change=lambda _release, tag: f"matches {tag}")
@step(needs=(sign,))
def order_matches(release: Release, sh: StepShell) -> None:
    """Order matches."""


@sign.verified_by
def it_is_signed(release: Release, sh: StepShell, proposals: Sequence[Proposal]) -> Finding:
    """The orders are signed."""
    return met("; ".join(propose(release, "today") for propose in proposals))


for ordered in (order_wood, order_chimney, order_matches):
    ordered.verified_by(wood_is_cut)
order_logs.verified_by(ashes)


def test_a_step_is_given_what_the_steps_before_it_propose_that_the_project_has(tmp_path: Path) -> None:
    release = release_at(tmp_path)
    orders = fire(order_wood, order_chimney, order_logs, sign, order_matches).of(release)
    (signing,) = orders.span("sign", "sign")
    assert signing.verify(release, None).text == "more wood today; 3 logs today; 5 logs today"
    assert len(orders.proposals) == 4
