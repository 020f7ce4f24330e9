"""Databases with proposals in them get versions, and lose them again, without losing a text or a signature."""

from __future__ import annotations

from collections.abc import Iterator

import flask_migrate
import pytest
from flask import Flask
from sqlalchemy import select, text

from participation.base.db import db, transaction
from participation.proposals import operations
from participation.proposals.models import Proposal, ProposalState, ProposalStep, ProposalVersion, StepKind
from tests.factories import accounts, proposals

EARLIER = "0002"


@pytest.fixture
def migrated(databases, backend: str) -> Iterator[Flask]:
    with databases.app(databases.new_url(backend, None)) as app, app.app_context():
        flask_migrate.upgrade()
        yield app


@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning", "ignore::UserWarning")
def test_texts_and_signatures_survive_both_ways(migrated: Flask) -> None:
    with transaction():
        signer = accounts.user()
        fits = proposals.proposal(supporters=1, title="Der erste Titel", state=ProposalState.SUBMITTED)
        operations.edit(fits.author, fits, proposals.writing(title="Der zweite Titel"), base_revision=1)
        operations.support(signer, fits)
        draft = proposals.draft()
        stale = proposals.proposal()
        stale.node.body = "Ein ganz anderer Satz"
        ids = fits.id, draft.id, stale.id
    db.session.remove()
    flask_migrate.downgrade(revision=EARLIER)
    with db.engine.connect() as connection:
        counted = text("SELECT supporter_count FROM proposals WHERE id = :id")
        assert connection.scalar(counted, {"id": ids[0]}) == 2
        assert connection.scalar(text("SELECT COUNT(*) FROM proposal_supports")) == 2
    flask_migrate.upgrade()
    found = {proposal.id: proposal for proposal in db.session.scalars(select(Proposal))}
    assert [found[ident].version for ident in ids] == [1, 0, 1]
    assert [found[ident].conflict_revision for ident in ids] == [None, None, 1]
    kept = {row.proposal_id: row for row in db.session.scalars(select(ProposalVersion))}
    assert set(kept) == {ids[0], ids[2]}
    assert (kept[ids[0]].title, kept[ids[0]].by_id) == ("Der zweite Titel", found[ids[0]].author_id)
    steps = db.session.scalars(
        select(ProposalStep).where(ProposalStep.proposal_id == ids[0]).order_by(ProposalStep.id)
    ).all()
    assert [(step.what, step.version) for step in steps] == [(None, 1), (StepKind.REVISED, None)]
    with transaction():
        operations.unsupport(signer, found[ids[0]])
        assert found[ids[0]].supporter_count == 1
        operations.submit(found[ids[1]].author, found[ids[1]], check_period=proposals.WEEK)
        assert found[ids[1]].version == 1
