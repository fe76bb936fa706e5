"""The forms of single values in release.yaml, and the base of all its sections."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from releasing.clients.registry.settings import floating_tag, host
from releasing.config.families import NAME
from releasing.config.placeholders import MEANING, OF_FILES, OF_OPERATOR, filled
from releasing.naming import branch_pattern


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"{text!r} is not a regular expression: {error}") from None
    return text


def _one_group(text: str) -> str:
    try:
        # Compiled as update_references.py does it: for bytes, line by line.
        pattern = re.compile(_pattern(text).encode(), re.MULTILINE)
    except (re.error, ValueError) as error:
        raise ValueError(f"{text!r} is not a regular expression for bytes: {error}") from None
    if pattern.groups != 1:
        raise ValueError(f"{text!r} needs exactly one group: the part that is the value")
    return text


def value(names: tuple[str, ...], unfit: str, what: str) -> AfterValidator:
    """A value that may contain `names` in braces; it must not be empty, and `unfit` must find nothing in it."""

    def check(text: str) -> str:
        value = filled(text, dict.fromkeys(names, "x"))
        if not value or re.search(unfit, value):
            raise ValueError(f"expected {what}")
        return text

    return AfterValidator(check)


def inside(text: str) -> str:
    """`text`, a path that stays inside the repository; ValueError otherwise."""
    path = PurePosixPath(text)
    if path.is_absolute() or ".." in path.parts or not path.parts:
        raise ValueError("expected a path inside the repository, such as releasing/image_tags.yaml")
    return text


def gridded(text: str) -> str:
    """`text`, a name in a testgrid; ValueError otherwise."""
    # Testgrid compares letters and digits only.
    if not re.search(r"[A-Za-z0-9]", text):
        raise ValueError("expected a name with letters or digits in it")
    return text


def _label(text: str) -> str:
    # A query for issues takes several labels, with commas between them.
    if not text.strip() or "," in text:
        raise ValueError("expected the name of one label, without commas")
    return text


def _stream_label(text: str) -> str:
    if not all(text.count(place) == 1 for place in ("{major}", "{minor}")):
        raise ValueError(
            "expected a label with {major} and {minor} in it, such as cherrypick/v{major}.{minor}"
        )
    return _label(text)


def _branch_pattern(text: str) -> str:
    if problem := branch_pattern.problem(text):
        raise ValueError(problem)
    return text


Pattern = Annotated[str, AfterValidator(_pattern)]
ReleaseBranch = Annotated[str, AfterValidator(_branch_pattern)]
PinPattern = Annotated[str, AfterValidator(_one_group)]
ONE_LINE = (r"[\x00-\x1f]", "one line of text")
MEANT = f"{MEANING}, `{{date}}` the day of the release (2018-07-23), and `{{{{` a brace"
PinValue = Annotated[str, value(OF_FILES, *ONE_LINE), Field(description=f"what belongs there; {MEANT}")]
OperatorPinValue = Annotated[str, value(OF_OPERATOR, *ONE_LINE)]
ParameterName = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_.-]*$")]
ParameterValue = Annotated[
    str,
    value(OF_FILES, r"[\s\"'\\\x00-\x1f]", "one word, without blanks, quotes and backslashes"),
    Field(description=f"its value; {MEANT}"),
]
Slug = Annotated[str, Field(pattern=r"^[\w.-]+/[\w.-]+$", description="a repository on GitHub: OWNER/NAME")]
RepositoryPath = Annotated[str, AfterValidator(inside), Field(description="a path in the repository")]
ImageName = Annotated[str, Field(pattern=r"^[a-z0-9]+([._/-]+[a-z0-9]+)*$")]
IMAGE_TAG = r"^\w[\w.-]{0,127}$"
ImageTag = Annotated[str, Field(pattern=IMAGE_TAG)]
Host = Annotated[str, AfterValidator(host), Field(description="a registry host: gcr.io")]
FloatingTag = Annotated[str, AfterValidator(floating_tag)]
Label = Annotated[str, AfterValidator(_label)]
StreamLabel = Annotated[str, AfterValidator(_stream_label)]
Trailer = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z-]*$")]
BranchPrefix = Annotated[
    str,
    Field(
        pattern=r"^[A-Za-z0-9][\w-]*(/[A-Za-z0-9][\w-]*)*[/-]$", max_length=40, description="ends in / or -"
    ),
]
MemberName = Annotated[str, Field(pattern=NAME, max_length=40)]
Title = Annotated[str, Field(pattern=r"^[^\x00-\x1f]*$")]
Address = Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$", description="a mail address")]


class ConfigSection(BaseModel):
    """A section of release.yaml: immutable; an unknown key is a problem."""

    model_config = ConfigDict(
        frozen=True,
        defer_build=True,  # one validator of the whole, not another one for each section
        extra="forbid",
        populate_by_name=True,
        alias_generator=lambda name: name.replace("_", "-"),
    )
