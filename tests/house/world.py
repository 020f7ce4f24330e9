"""One of everything: people in every role, and things in every state that some may see and others not."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import select
from werkzeug.test import TestResponse

from participation.accounts.models import InitiativeState, Role, RoleGrant, User
from participation.accounts.roles import request_role
from participation.base.clock import now
from participation.base.db import db, transaction
from participation.dialogue.operations import withdraw_comment
from participation.ledger import keys, operations
from participation.ledger.operations import Signer
from participation.leitbild.reading import lay_out
from participation.minutes import operations as minute_taking
from participation.moderation import appealing, deciding, openness
from participation.moderation.models import Measure
from participation.moderation.targets import of_comment, of_proposal
from participation.notify.models import Notification
from participation.outcomes.models import OutcomeState
from participation.proposals import attaching, together
from participation.proposals.models import CoAuthor, ProposalState
from participation.proposals.operations import submit as proposals_submit
from tests.factories import (
    accounts,
    attachments,
    bursts,
    dialogue,
    errata,
    leitbild,
    measures,
    minutes,
    moderation,
    outcomes,
    proposals,
    resolutions,
)
from tests.factories.letters import last_letter

ROLES = ("visitor", "resident", "author", "delegate", "moderator", "body", "operator")
"""`author` wrote what the others look at; `resident` and `delegate` are strangers to it."""
SECRET = "Das-soll-niemand-lesen"


class World(NamedTuple):
    """Who there is, and the parts of addresses by name."""

    people: dict[str, User]
    names: dict[str, str]

    def caller(self, app: Flask, role: str) -> Caller:
        """Return a client that acts as a role."""
        client = app.test_client()
        if role != "visitor":
            accounts.log_in(client, self.people[role])
        with client.session_transaction() as session:
            session["csrf_token"] = "of this test"
        cookie = client.get_cookie("session")
        assert cookie is not None
        return Caller(client, cookie.value)


class Caller(NamedTuple):
    """A client whose session is the same for every request, whatever the last one did to it."""

    client: FlaskClient
    cookie: str

    def open(
        self, path: str, method: str = "GET", *, fragment: bool = False, form: dict[str, str] | None = None
    ) -> TestResponse:
        """Send a request; one that may write carries a valid CSRF token."""
        self.client.set_cookie("session", self.cookie)
        data = None
        if method == "POST":
            signer = URLSafeTimedSerializer(self.client.application.config["SECRET_KEY"], salt="wtf-csrf-token")
            data = {"csrf_token": signer.dumps("of this test"), **(form or {})}
        return self.client.open(path, method=method, headers={"HX-Request": "true"} if fragment else {}, data=data)


def build(key_file: Path) -> World:
    """Add people and things, sign the log with a new key, and commit."""
    brandenburg, _sachsen = resolutions.bodies()
    people = {
        "resident": accounts.user("Rika Resident"),
        "author": accounts.user("Anna Autorin"),
        "delegate": accounts.user("Doro Delegierte"),
        "moderator": accounts.moderator("Moni Moderatorin"),
        "body": resolutions.member(brandenburg, "Gero Gremium"),
        "operator": accounts.user("Olga Operator", role=Role.OPERATOR),
    }
    author, other = people["author"], accounts.moderator("Max Moderator")
    group = accounts.initiative(people["delegate"], name="Radinitiative")
    applied = accounts.initiative(author, state=InitiativeState.APPLIED, name="Chor Guben")
    things = (
        _contributions(author, other) | _workroom(author, other) | _said_elsewhere(author, other, people["moderator"])
    )
    note = Notification(user_id=author.id, kind="reply", params={}, link="/", created_at=now())
    db.session.add(note)
    accounts.user("Otto Operator", role=Role.OPERATOR)
    request_role(people["operator"], author, Role.MODERATOR, "Sie kennt die Region.")
    db.session.flush()
    grant = db.session.scalars(select(RoleGrant)).one()
    things |= {
        "person": author.id,
        "initiative": group.slug,
        "applied": applied.id,
        "applied_page": applied.slug,
        "mandate": people["delegate"].id,
        "note": note.id,
        "grant": grant.id,
        "node": leitbild.measure().id,
        "measure": measures.NODE,
        "none": 2_000_000,
        "half": openness.half_of(now()).key,
    }
    keys.save(keys.generate(), key_file)
    with transaction():
        operations.sign(Signer("localhost", key_file))
    return World(people, {name: str(value) for name, value in things.items()})


def _contributions(author: User, other: User) -> dict[str, object]:
    """Add comments and proposals of one author in every state, with cases about some of them."""
    comment = outcomes.node_comment(author)
    hidden, withdrawn = (outcomes.node_comment(author, body=f"{SECRET} {n}") for n in range(2))
    decision = moderation.hide(hidden, other, facts="Nennt eine Adresse.")
    withdraw_comment(author, withdrawn)
    veiled = proposals.proposal(author, reason=SECRET)
    deciding.decide(
        other,
        deciding.open_case(other, of_proposal(veiled), due=timedelta(days=7)),
        moderation.ruling(Measure.HIDE),
    )
    told = moderation.report(of_comment(comment), reporter=author, explanation=SECRET)
    refused = moderation.report(of_comment(outcomes.node_comment()), reporter=author)
    deciding.decide(other, refused.case, moderation.ruling(Measure.NONE))
    waiting = dialogue.waiting(author, comment.thread, SECRET)
    first = proposals.draft(author, reason=SECRET)
    unread = attachments.attachment(author)
    attaching.attach(author, first, unread)
    first.waits_until = now() + timedelta(days=1)
    appeal = appealing.appeal(author, decision, "Das stand nicht da.", period=timedelta(days=14))
    return {
        "comment": comment.id,
        "hidden_comment": hidden.id,
        "withdrawn_comment": withdrawn.id,
        "proposal": proposals.proposal(author).number,
        "submitted": proposals.proposal(author, state=ProposalState.SUBMITTED).number,
        "withdrawn": proposals.proposal(author, state=ProposalState.WITHDRAWN).number,
        "hidden": veiled.number,
        "hidden_id": veiled.id,
        "draft": proposals.draft(author, reason=SECRET).id,
        "waiting": waiting.id,
        "first": first.id,
        "first_file": unread.id,
        "decision": decision.id,
        "appeal": appeal.id,
        "case": told.case_id,
        "reference": told.reference,
        "refused": refused.reference,
    }


def _said_elsewhere(author: User, other: User, moderator: User) -> dict[str, object]:
    """Add minutes in every state, files of a draft and of a public proposal, an invitation, a burst."""
    draft = minutes.draft(other, (SECRET,))
    waiting = minutes.draft(other, (SECRET,))
    minute_taking.submit(other, waiting, expected_edit=waiting.edit)
    own = minutes.draft(moderator, (SECRET,))
    minute_taking.submit(moderator, own, expected_edit=own.edit)
    drafted, kept = attachments.attachment(other), attachments.attachment(other)
    minute_taking.attach(other, draft, drafted)
    withdrawn = minutes.draft(other, (SECRET,))
    minute_taking.attach(other, withdrawn, kept)
    withdrawn = minutes.approve(withdrawn, other)
    minute_taking.withdraw(other, withdrawn, "Die Liste der Anwesenden stand darin.")
    spread = attachments.attachment(other)
    public_minutes = minutes.draft(other)
    minute_taking.attach(other, public_minutes, spread)
    public_minutes = minutes.approve(public_minutes, other)
    joint = proposals.draft(author)
    private, public = attachments.attachment(author), attachments.attachment(author)
    attaching.attach(author, joint, private)
    shown = proposals.draft(author)
    attaching.attach(author, shown, public)
    proposals_submit(author, shown, check_period=timedelta(days=7))
    together.invite_person(author, joint, "mira@example.net")
    burst, _voters = bursts.burst()
    return {
        "minutes_draft": draft.minutes_id,
        "minutes_waiting": waiting.minutes_id,
        "minutes_own": own.minutes_id,
        "minutes": public_minutes.number,
        "minutes_file": spread.id,
        "minutes_file_draft": drafted.id,
        "minutes_file_withdrawn": kept.id,
        "minutes_withdrawn": withdrawn.number,
        "joint": joint.id,
        "private_file": private.id,
        "public_file": public.id,
        "invitation": last_letter().params["token"],
        "coauthor": db.session.scalars(select(CoAuthor.id).where(CoAuthor.proposal_id == joint.id)).one(),
        "burst": burst.id,
        "author": author.id,
    }


def _workroom(author: User, other: User) -> dict[str, object]:
    """Add what moderators work on: outcomes, changes, a draft that lies out, reports, corrections, erasures."""
    published = leitbild.approved()
    leitbild.revision(published)
    approved = leitbild.approved(leitbild.measure(1))
    draft = leitbild.draft(approved)
    lay_out(draft.author, draft, expected_edit=draft.edit, period=timedelta(days=21))
    return {
        "change": leitbild.change(leitbild.measure(2), author=other).id,
        "change_in_reading": approved.id,
        "change_published": published.id,
        "outcome": outcomes.outcome().number,
        "outcome_draft": outcomes.outcome(state=OutcomeState.DRAFT, author=other).id,
        "status": measures.report(author).id,
        "status_confirmed": measures.confirmed(node_id="lcg-sofort-kulturhauptstadt").id,
        "correction": errata.proposed().id,
        "erasure": errata.requested("titel/2", author=other).id,
    }
