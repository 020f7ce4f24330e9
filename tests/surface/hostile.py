"""A dialogue in which every text that somebody can write is an attack, made by the operations that people use."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from participation.accounts.initiatives import apply_initiative
from participation.accounts.models import Role, User
from participation.base.clock import now
from participation.base.db import db
from participation.cli import demo
from participation.dialogue.models import Comment, CommentKind
from participation.dialogue.operations import edit_comment, withdraw_comment, write_comment
from participation.leitbild.drafts import submit_draft
from participation.leitbild.models import ChangeKind
from participation.measures.operations import refuse_report
from participation.moderation.appealing import appeal, decide_appeal
from participation.moderation.deciding import Ruling, decide
from participation.moderation.models import Category, Measure
from participation.moderation.reporting import report
from participation.moderation.targets import of_comment, of_proposal
from participation.outcomes.operations import save_outcome
from participation.outcomes.writing import OutcomeFields
from participation.places.models import Residence
from participation.proposals import operations as proposals
from participation.proposals.models import Proposal
from participation.resolutions.bodies import seat_member
from participation.strategy.models import Node
from participation.strategy.operations import thread_of
from tests.factories import errata, leitbild, measures, moderation, outcomes, resolutions
from tests.factories import proposals as make_proposals
from tests.factories.accounts import user
from tests.surface.payloads import PAYLOADS, SHORT

NODE = "lce-sofort-industrieparks"
KEPT = frozenset(
    {
        "key",
        "who",
        "re",
        "as",
        "at",
        "kind",
        "lang",
        "type",
        "node",
        "places",
        "place",
        "asks",
        "with",
        "languages",
        "status",
        "since",
        "decision",
        "source_url",
        "category",
        "measure",
    }
)
"""What the script of the example dialogue uses as names; all other texts in it are what people write."""
LINES = frozenset({"title", "next", "name", "seat", "carrier", "reference"})


@dataclass
class Feed:
    """Hands out attacks one after the other, in turns for ever."""

    def __post_init__(self) -> None:
        self.all = itertools.cycle(PAYLOADS)
        self.short = itertools.cycle(SHORT)

    def line(self, limit: int = 80) -> str:
        """Return one attack for a short field."""
        return next(one for one in self.short if 5 <= len(one) <= limit)

    def text(self, size: int = 900) -> str:
        """Return many, as paragraphs."""
        found = [next(self.all)]
        while sum(map(len, found)) < size - 250:
            found.append(next(self.all))
        return "\n\n".join(found) + "\n\nGenug der Worte."


def hostile(feed: Feed, value: Any, name: str = "", inside: str = "") -> Any:
    """Return a script with every text replaced."""
    if isinstance(value, dict):
        keep = ("people", "moderators", "voters") if not inside else ()
        return {k: v if k in keep else hostile(feed, v, k, name or k) for k, v in value.items()}
    if isinstance(value, list):
        if name in KEPT or name in ("delegates", "members") or (name == "evidence" and not value):
            return value
        return [hostile(feed, one, name, inside or name) for one in value]
    if (
        not isinstance(value, str)
        or name in KEPT
        or name in ("comment", "proposal", "fate", "body", "residence", "quote")
    ):
        return value
    return feed.line() if name in LINES else feed.text(700)


def play(patch: pytest.MonkeyPatch) -> tuple[list[str], dict[str, User]]:
    """Fill the database with attacks into the caller's transaction.

    Returns addresses that few links lead to, and one person of each role.
    """
    feed = Feed()
    script = demo.read()
    fields = {name: hostile(feed, part, inside="x" if name != "people" else "") for name, part in script.items()}
    fields["people"]["initiatives"] = {
        name: {**entry, "name": f"{name} {feed.line(60)}", "seat": feed.line(), "purpose": feed.text()}
        for name, entry in script["people"]["initiatives"].items()
    }
    fields["people"]["voters"] = {**script["people"]["voters"], "number": 3}
    for scene in (*fields["dialogue"], *fields["proposals"]):
        scene["votes"], scene["supporters"] = (1, 1, 1), 2
        for line in scene.get("comments", ()):
            line["helpful"] = 1
    fields["proposals"] = [
        {k: v for k, v in scene.items() if not (k == "votes" and "votes" not in before)}
        for scene, before in zip(fields["proposals"], script["proposals"], strict=True)
    ]
    patch.setattr(demo, "read", lambda: fields)
    patch.setattr("participation.accounts.passwords.hash_password", lambda _password: "$argon2id$none")
    for body in resolutions.bodies():
        body.name, body.short = feed.line(), feed.line()
    demo.play(now())
    for person in db.session.scalars(select(User)):
        person.display_name = feed.line()  # a form refuses such names; a provider or an old row may bring one
    wendt, nowak, jens, maria = (
        user(feed.line(), role=r) for r in (Role.MODERATOR, Role.MODERATOR, Role.RESIDENT, Role.RESIDENT)
    )
    residence = db.session.scalars(select(Residence).limit(1)).one()
    for person in (wendt, nowak, jens, maria):
        person.residence_id, person.residence_label = residence.id, feed.line()
    talk(feed, jens, maria)
    moderate(feed, jens, maria, wendt, nowak)
    addresses = workspace(feed, jens, wendt, nowak)
    member = user(feed.line())
    seat_member("sachsen", member)
    operator = user(feed.line(), role=Role.OPERATOR)
    db.session.flush()
    return addresses, {
        "resident": jens,
        "author": maria,
        "moderator": wendt,
        "second": nowak,
        "member": member,
        "operator": operator,
    }


def talk(feed: Feed, jens: User, maria: User) -> None:
    """Every attack once as a contribution and as the name above it, answered, edited, withdrawn."""
    thread = thread_of(db.session.get_one(Node, NODE))
    kinds = itertools.cycle(CommentKind)
    first: Comment | None = None
    for start in range(0, len(PAYLOADS), 10):
        text = "\n\n".join(PAYLOADS[start : start + 10])
        author = user(PAYLOADS[start][:80])
        made = write_comment(author, thread, body=text, kind=next(kinds), anchor=None)
        first = first or made
    assert first is not None
    for payload in SHORT * 2:
        write_comment(user(payload[:80]), thread, body=payload, kind=None, parent=first)
    mine = write_comment(jens, thread, body=feed.text(), kind=CommentKind.FOR)
    edit_comment(jens, mine, feed.text(), expected_version=1)
    write_comment(maria, thread, body=feed.text(), kind=None, parent=mine)
    withdraw_comment(maria, write_comment(maria, thread, body=feed.text(), kind=CommentKind.AGAINST))
    node = leitbild.measure()
    for kind_of_writer in (jens, maria):
        wish = make_proposals.proposal(
            kind_of_writer,
            node,
            title=feed.line(),
            wording=feed.text(400),
            reason=feed.text(),
            benefit=feed.text(),
            culture=feed.text(),
            state=proposals.ProposalState.SUBMITTED,
        )
        proposals.edit(
            kind_of_writer,
            wish,
            make_proposals.writing(
                title=feed.line(), wording=feed.text(400), reason=feed.text(), benefit=feed.text(), culture=feed.text()
            ),
            base_revision=1,
        )
        proposals.accept(user(role=Role.MODERATOR), wish, open_period=timedelta(days=28), reason=feed.text())
    gone = make_proposals.proposal(jens, node, title=feed.line(), reason=feed.text())
    proposals.withdraw(jens, gone, feed.text())
    make_proposals.draft(jens, node, title=feed.line(), wording=feed.text(400), reason=feed.text())
    apply_initiative(
        jens, name=f"Neu {feed.line(60)}", seat=feed.line(), purpose=feed.text(), contact=feed.line(), website=""
    )


def moderate(feed: Feed, jens: User, maria: User, wendt: User, nowak: User) -> None:
    """Reports, decisions of several kinds, objections open and decided."""
    periods = moderation.PERIODS
    thread = thread_of(db.session.get_one(Node, NODE))

    def case(author: User) -> Any:
        comment = write_comment(author, thread, body=feed.text(), kind=CommentKind.QUESTION)
        return report(
            of_comment(comment), Category.RULES, feed.text(), periods=periods, reporter=maria, email="m@example.org"
        ).case

    case(maria)
    wish = db.session.scalars(select(Proposal).where(Proposal.number.is_not(None)).limit(1)).one()
    report(of_proposal(wish), Category.ILLEGAL, feed.text(), periods=periods)
    for measure in (Measure.HIDE, Measure.EDIT, Measure.REMOVE, Measure.NONE, Measure.WARN):
        law = measure in (Measure.HIDE, Measure.REMOVE)
        ruling = Ruling(
            measure=measure,
            facts=feed.text(),
            passage=feed.text(),
            rule=None if law else 3,
            law=feed.line() if law else "",
        )
        made = decide(wendt, case(jens), ruling)
        if measure in (Measure.HIDE, Measure.REMOVE):
            objection = appeal(jens, made, feed.text(), period=periods["appeal"])
            if measure is Measure.REMOVE:
                decide_appeal(nowak, objection, upheld=False, answer=feed.text())


def workspace(feed: Feed, jens: User, wendt: User, nowak: User) -> list[str]:
    """Outcomes in the making, changes, a draft laid out, corrections and an erasure, a report refused."""
    thread_of(db.session.get_one(Node, outcomes.NODE))
    comment_node = "lcg-sofort-kulturhauptstadt"
    comment = outcomes.node_comment(jens, node_id=comment_node, body=feed.text())
    record = outcomes.outcome(comment, node_id=comment_node, state=outcomes.OutcomeState.DRAFT, author=wendt)
    texts = {name: feed.text(3000) for name in ("summary", "pros", "cons", "minority")}
    save_outcome(wendt, record, OutcomeFields(kind=outcomes.OutcomeKind.TEXT, **texts), expected_edit=record.edit)
    told = {"reason": feed.text(), "culture": feed.text(), "cross_border": feed.text()}
    text = leitbild.approved(leitbild.measure(3), after=feed.text(), **told)
    new = leitbild.approved(
        None,
        kind=ChangeKind.ADDITION,
        parent_id=leitbild.measure(4).parent_id,
        node_kind="massnahme",
        after=feed.text(),
        title=feed.line(),
        **told,
    )
    stale = make_proposals.proposal(
        jens,
        leitbild.measure(3),
        title=feed.line(),
        wording=feed.text(400),
        reason=feed.text(),
        state=proposals.ProposalState.SUBMITTED,
    )
    made = leitbild.revision(text, new, publisher=nowak)
    leitbild.change(leitbild.measure(5), author=wendt, after=feed.text(), **told)
    pending = leitbild.approved(leitbild.measure(6), after=feed.text(), **told)
    draft = leitbild.draft(pending, author=wendt, summary=feed.text(3000))
    submit_draft(wendt, draft, expected_edit=draft.edit)
    entry = made.number
    correction = errata.proposed(entry, said=feed.text(), right=feed.text(), reason=feed.text(), author=wendt)
    from participation.errata.correcting import answer_objection, object_to

    answer_objection(nowak, object_to(jens, correction, feed.text()), feed.text())
    errata.confirmed(entry, said=feed.text(), right=feed.text(), reason=feed.text())
    errata.waiting(wendt)
    open_answer = outcomes.outcome(comment, node_id=comment_node, fate=outcomes.Fate.OPEN)
    for asked in (True, False):
        texts = {name: feed.text() for name in ("source", "next_step")}
        filed = measures.report(jens, node_id=outcomes.NODE, carrier=feed.line(), **texts)
        if asked:
            refuse_report(nowak, filed, feed.text(), expected_edit=filed.edit)
    return [
        f"/vorschlaege/{stale.number}",
        f"/vorschlaege/{stale.number}/vergleich",
        f"/vorschlaege/{stale.number}/versionen",
        f"/moderation/ergebnisse/{open_answer.id}/antworten",
        f"/moderation/stand/{filed.id}",
        "/entscheidung/1",
        "/entscheidung/3",
    ]
