"""Values in files that change with a release and are not image tags."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator

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


class ConfiguredPin(ConfigSection):
    """A value in a file that is not an image tag: where `pattern`'s group stands, `value` belongs."""

    file: RepositoryPath
    """the file"""
    pattern: PinPattern
    """regular expression with one group: the part that is the value"""
    value: PinValue
    """what belongs there; `{version}` is 0.2.1, `{tag}` v0.2.1, `{branch}` v0.2-branch, and `{{` a brace"""
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
    """its value; `{version}` is 0.2.1, `{tag}` v0.2.1, `{branch}` v0.2-branch, and `{{` a brace"""
