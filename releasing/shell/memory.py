"""What programs printed, for who asks the same again: for good while nothing changes, or until the next change."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Future

A = TypeVar("A")
# Between two changes of ours, the world is looked at again after so many seconds: others change it, too.
BETWEEN_CHANGES = 2.0
LONGEST = 1_000_000  # bytes of an answer that is kept between changes


class Memory(Generic[A]):
    """Answers by question, each asked once, also by threads side by side; none is older than `seconds`, if given."""

    def __init__(self, seconds: float | None = None) -> None:
        self.seconds = seconds
        self._answers: dict[A, tuple[float, Future[bytes]]] = {}

    def answer(self, question: A, ask: Callable[[], bytes]) -> bytes:
        """The answer that is known, or what `ask` gives; whatever that raises."""
        from concurrent.futures import Future  # noqa: PLC0415  (a program that reads once does without)

        answers = self._answers
        mine = (time.monotonic(), Future[bytes]())
        known = answers.setdefault(question, mine)
        if self.seconds is not None and known[0] < mine[0] - self.seconds:
            known = answers[question] = mine
        if known is mine:
            try:
                mine[1].set_result(ask())
            except BaseException as error:
                mine[1].set_exception(error)
                self._drop(answers, question)
                raise
            if self.seconds is not None and len(mine[1].result()) > LONGEST:
                self._drop(answers, question)
        return known[1].result()

    def forget(self) -> None:
        """Something changed: what is asked from now on is asked anew, unless answers are kept for good."""
        if self.seconds is not None:
            self._answers = {}

    def _drop(self, answers: dict[A, tuple[float, Future[bytes]]], question: A) -> None:
        if self.seconds is not None:
            answers.pop(question, None)
