"""Values in files that change with a release and are not image tags."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from releasing.config.placeholders import OF_CANDIDATE, names
from releasing.config.value_forms import (
    ConfigSection,
    OperatorPinValue,
    ParameterName,
    ParameterValue,
    PinPattern,
    PinValue,
    RepositoryPath,
    inside,
)

On = Annotated[
    Literal["candidate", "final", "both"],
    Field(
        description="whose value it is: the candidate's, the final's, or (`both`) one that is the same for both; a "
        "final is the commit of its candidate, so that both have the value of the one that is named"
    ),
]
SETTLED = (
    "a final is the commit of its candidate: write 'on: candidate' (the final keeps the candidate's value) or "
    "'on: final' (the candidate has the final's)"
)


def unsettled(value: str, on: str) -> str:
    """Why `value`, which is set on `on`, is not known for every release; empty when it is."""
    differing = [name for name in OF_CANDIDATE if name in names(value)]
    if on == "both" and differing:
        return f"{{{differing[0]}}} is not the same for a candidate and for its final; {SETTLED}"
    if on == "final" and "candidate" in differing:
        return "a final has no {candidate}; {full} is its version"
    return ""


class ConfiguredPin(ConfigSection):
    """A value in a file that is not an image tag: where `pattern`'s group stands, `value` belongs."""

    file: RepositoryPath
    """the file"""
    pattern: PinPattern
    """regular expression with one group: the part that is the value"""
    value: PinValue
    on: On = "both"
    if_present: bool = False
    """whether the file may be absent on a branch; reports then say so, otherwise the update stops"""


class OperatorPin(ConfigSection):
    """A value in a file that is not an image tag: where `pattern`'s group stands, `value` belongs."""

    file: RepositoryPath
    """the file"""
    pattern: PinPattern
    """regular expression with one group: the part that is the value"""
    value: OperatorPinValue
    """what belongs there; `{release}` is the operator's, and `{{` a brace"""


class ConfiguredParameter(ConfigSection):
    """A literal that files set by name, such as the tag of an image: `name` is set to `value`."""

    files: Annotated[str, AfterValidator(inside)]
    """glob of the files; `*` also crosses folders"""
    name: ParameterName
    """its name as written: a key, variable, field or parameter of a prototype"""
    value: ParameterValue
    on: On = "both"
