"""What a check before a release finds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Answer:
    """Something that was found; a problem has a hint, to be typed or done, and a warning stops nothing."""

    text: str
    hint: str = ""
    warning: bool = False

    @property
    def problem(self) -> bool:
        """Whether a release cannot begin like this."""
        return bool(self.hint) and not self.warning

    def __str__(self) -> str:
        return f"{self.text}\n    {self.hint}" if self.problem else self.text
