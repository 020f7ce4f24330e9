"""Proposals for tests, in whatever state."""

from __future__ import annotations

from datetime import timedelta

from participation.accounts.models import User
from participation.base.db import db
from participation.proposals import operations
from participation.proposals.models import Proposal, ProposalState, ProposalType
from participation.proposals.writing import Writing
from participation.strategy.models import Node
from tests.factories import accounts, strategy

WEEK = timedelta(days=7)
MONTH = timedelta(days=28)


def writing(kind: ProposalType = ProposalType.TEXT, **fields: object) -> Writing:
    """Return complete fields; any can be replaced."""
    wording = {
        ProposalType.SPLIT: "Radwege an der Neiße ausbauen\n---\nRadwege an der Spree ausbauen",
        ProposalType.DELETION: "",
    }.get(kind, "Radwege an der Neiße und an der Spree ausbauen")
    values: dict[str, object] = {
        "type": kind,
        "title": "Auch die Spree nennen",
        "wording": wording,
        "reason": "An der Spree fehlen die Radwege genauso.",
        "benefit": "Nützt allen Gemeinden zwischen Cottbus und Spremberg.",
        "culture": "Keine Auswirkung, denn die Wege folgen alten Dämmen.",
        **fields,
    }
    return Writing(**values)  # type: ignore[arg-type]


def draft(author: User | None = None, node: Node | None = None, **fields: object) -> Proposal:
    """Add a complete draft."""
    kind = fields.pop("type", ProposalType.TEXT)
    assert isinstance(kind, ProposalType)
    return operations.save_draft(
        author or accounts.user(), node or strategy.node(), writing(kind, **fields), base_revision=1
    )


def proposal(
    author: User | None = None,
    node: Node | None = None,
    *,
    state: ProposalState = ProposalState.OPEN,
    supporters: int = 0,
    **fields: object,
) -> Proposal:
    """Add a proposal that came to its state step by step, open unless told otherwise."""
    author = author or accounts.user()
    made = draft(author, node, **fields)
    if state is ProposalState.DRAFT:
        return made
    moderator = accounts.moderator()
    operations.submit(author, made, check_period=WEEK)
    for _ in range(supporters):
        operations.support(accounts.user(), made)
    if state is ProposalState.SUBMITTED:
        return made
    if state is ProposalState.WITHDRAWN:
        operations.withdraw(author, made)
        return made
    operations.accept(moderator, made, open_period=MONTH)
    if state is ProposalState.OPEN:
        return made
    operations.begin_synthesis(moderator, made)
    if state is ProposalState.MERGED:
        operations.merge_into(moderator, made, proposal(node=made.node), "Beide wollen dasselbe.")
    elif state is ProposalState.NOT_RECOMMENDED:
        operations.recommend(moderator, made, recommended=False, reason="Der Bedarf ist nicht belegt.")
    elif state in (ProposalState.RECOMMENDED, ProposalState.INCORPORATED):
        operations.recommend(moderator, made, recommended=True, reason="Beide Flüsse gehören dazu.")
        if state is ProposalState.INCORPORATED:
            operations.incorporate(moderator, made, 2, "Übernommen wie vorgeschlagen.")
    elif state in (ProposalState.ACCEPTED, ProposalState.POSTPONED, ProposalState.REJECTED):
        made.state = state
        db.session.flush()
    return made
