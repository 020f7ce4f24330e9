"""What happened in moderation. The events with links carry secrets; handlers put them into letters, nowhere else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from participation.moderation.burst_models import BurstRuling
from participation.moderation.models import Appeal, Decision, Report


@dataclass(frozen=True, slots=True)
class Reported:
    """Somebody reported a contribution."""

    report: Report


@dataclass(frozen=True, slots=True)
class CaseDecided:
    """A moderator decided a case. `links` are the secrets to object with, by report; under None the author's."""

    decision: Decision
    reports: tuple[Report, ...]
    links: Mapping[int | None, str]


@dataclass(frozen=True, slots=True)
class AppealFiled:
    """The author, or who reported, objected to a decision."""

    appeal: Appeal


@dataclass(frozen=True, slots=True)
class AppealDecided:
    """Another moderator decided about an objection; `reports` are those of its case."""

    appeal: Appeal
    reports: tuple[Report, ...]


@dataclass(frozen=True, slots=True)
class BurstDecided:
    """A moderator decided about a burst, or took such a decision back."""

    ruling: BurstRuling
    actor_id: int
