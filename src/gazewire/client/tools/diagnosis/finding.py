"""What was found when something was looked at."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Self

from gazewire.client.tools.diagnosis.problem import Problem

__all__ = ["Finding", "Verdict"]


class Verdict(enum.StrEnum):
    """How good or bad it is."""

    WELL = "well"
    """As it should be."""

    NOTE = "note"
    """Worth knowing; nothing fails for it."""

    WRONG = "wrong"
    """Something does not work, or soon will not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        check: what was looked at.
        device: whose; None for this computer.
        verdict: how it is.
        says: the same in a sentence.
        problem: the name of what is wrong; None where all is well.
        cure: what to do; the same.
    """

    check: str
    device: str | None
    verdict: Verdict
    says: str
    problem: str | None = None
    cure: str | None = None

    @classmethod
    def well(cls, check: str, says: str, *, device: str | None = None) -> Self:
        """All is as it should be."""
        return cls(check=check, device=device, verdict=Verdict.WELL, says=says)

    @classmethod
    def of(
        cls,
        check: str,
        problem: Problem,
        *,
        device: str | None = None,
        verdict: Verdict = Verdict.WRONG,
        **facts: object,
    ) -> Self:
        """Something is not.

        Args:
            check: what was looked at.
            problem: what is the matter.
            device: whose.
            verdict: how bad it is.
            facts: for the places in its words.
        """
        return cls(
            check=check,
            device=device,
            verdict=verdict,
            says=problem.symptom.format(**facts),
            problem=problem.name,
            cure=problem.cure.format(**facts),
        )
