"""Publishing: what a revision brings about, what stands in the way, and that it is all or nothing."""

from __future__ import annotations

import json
import threading

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from participation.audit.verify import verify
from participation.base import events
from participation.base.db import db, transaction
from participation.base.verdict import Denied, DomainError
from participation.ledger.leaf import LeafType
from participation.ledger.models import LogEntry
from participation.leitbild import publish as publishing
from participation.leitbild.changes import StaleChange, approve_change, submit_change
from participation.leitbild.drafts import DraftEdited, StaleDraft, rebase_draft, return_draft
from participation.leitbild.events import RevisionPublished
from participation.leitbild.first import publish_first
from participation.leitbild.models import (
    Change,
    ChangeKind,
    ChangeState,
    Draft,
    DraftState,
    Passage,
    Revision,
)
from participation.leitbild.publish import AlreadyPublished, publish
from participation.leitbild.queries import current_number
from participation.leitbild.readiness import NotReady
from participation.outcomes.models import Evidence, Fate
from participation.proposals.models import Proposal, ProposalState, ProposalType, VersionReason
from participation.proposals.versions import keep
from participation.strategy.models import Node, TextState
from tests.factories import leitbild as make
from tests.factories.accounts import moderator, user
from tests.factories.outcomes import node_comment, outcome, pin


def proposal(node: Node, state: ProposalState = ProposalState.RECOMMENDED, answer: str = "") -> Proposal:
    number = (db.session.scalar(select(func.max(Proposal.number))) or 0) + 1
    made = Proposal(
        number=number,
        type=ProposalType.TEXT,
        state=state,
        node_id=node.id,
        base_revision=1,
        before=node.body,
        title="Genauer fassen",
        wording="neu",
        reason="r",
        reason_html="<p>r</p>",
        author_id=user().id,
        answer=answer,
        version=1,
    )
    db.session.add(made)
    db.session.flush()
    keep(made, VersionReason.SUBMITTED, made.author_id)
    db.session.flush()
    return made


def obstacles(error: pytest.ExceptionInfo[NotReady]) -> str:
    return " ".join(str(item.text) for item in error.value.obstacles)


def test_the_first_revision_holds_every_node(app: Flask):
    nodes = db.session.scalar(select(func.count()).select_from(Node))
    passages = db.session.scalars(select(Passage).order_by(Passage.position)).all()
    assert len(passages) == nodes == 287
    assert [p.position for p in passages] == list(range(287))
    assert passages[0].node_id == "strategie-lausitz"
    revision = db.session.get(Revision, 1)
    assert revision.title == "Ausgangsfassung"
    assert revision.summary.startswith("Ausgangsfassung, nicht beschlossen")
    assert revision.author_id is None
    assert db.session.get(LogEntry, 1).previous_hash == "0" * 64


def test_there_is_only_one_first_revision(app: Flask):
    from participation.base.clock import now

    assert publish_first(now()) is None
    assert current_number() == 1


def test_a_text_change_brings_the_new_wording(app: Flask):
    node = make.measure()
    before = node.body
    change = make.approved(node, after="**Wasserstoff** und Speicher")
    revision = make.revision(change)
    assert revision.number == 2
    assert node.body == "**Wasserstoff** und Speicher"
    assert node.html == "<p><strong>Wasserstoff</strong> und Speicher</p>\n"
    assert (node.text_state, node.since_revision) == (TextState.CHANGED, 2)
    assert (change.state, change.revision_number) == (ChangeState.PUBLISHED, 2)
    old, new = db.session.get(Passage, (1, node.id)), db.session.get(Passage, (2, node.id))
    assert (old.body, old.change_id) == (before, None)
    assert (new.body, new.change_id) == (node.body, change.id)
    others = db.session.scalar(select(func.count()).where(Passage.revision_number == 2, Passage.change_id.is_not(None)))
    assert others == 1
    assert verify().broken == ()


def test_the_next_revision_still_names_the_earlier_change(app: Flask):
    first, second = make.measure(0), make.measure(3)
    change = make.approved(first)
    make.revision(change)
    make.revision(make.approved(second))
    assert db.session.get(Passage, (3, first.id)).change_id == change.id
    assert verify().broken == ()


def test_a_title_that_was_the_wording_follows_it(app: Flask):
    node = db.session.scalars(
        select(Node).where(Node.title == Node.body, Node.kind_id == "massnahme").order_by(Node.reading_order).limit(1)
    ).one()
    make.revision(make.approved(node, after="Eine *andere* Sache"))
    assert node.title == "Eine andere Sache"


def test_an_addition_stands_behind_its_siblings(app: Flask):
    sibling = make.measure(2)
    parent = db.session.get(Node, sibling.parent_id)
    follower = db.session.scalars(
        select(Node)
        .where(Node.reading_order > parent.reading_order, Node.depth <= parent.depth)
        .order_by(Node.reading_order)
    ).first()
    change = make.approved(
        kind=ChangeKind.ADDITION, parent_id=parent.id, node_kind="massnahme", title="Größere Speicher"
    )
    assert change.new_node_id == f"{parent.id}-groessere-speicher"
    make.revision(change)
    node = db.session.get(Node, change.new_node_id)
    assert (node.depth, node.cluster_id, node.kind_id) == (parent.depth + 1, parent.cluster_id, "massnahme")
    assert node.reading_order < follower.reading_order
    last_before = db.session.scalar(
        select(func.max(Node.reading_order)).where(Node.reading_order < follower.reading_order, Node.id != node.id)
    )
    assert node.reading_order > last_before
    assert node.has_thread
    assert node.thread_node_id == node.id
    assert (node.text_state, node.since_revision) == (TextState.NEW, 2)
    assert change.node_id == node.id
    assert db.session.get(Passage, (1, node.id)) is None
    assert db.session.get(Passage, (2, node.id)).title == "Größere Speicher"
    assert verify().broken == ()


def test_the_id_of_an_addition_is_never_used_twice(app: Flask):
    parent = make.measure(2).parent_id
    first = make.approved(kind=ChangeKind.ADDITION, parent_id=parent, node_kind="massnahme", title="Speicher")
    second = make.approved(kind=ChangeKind.ADDITION, parent_id=parent, node_kind="massnahme", title="Speicher")
    assert second.new_node_id == f"{first.new_node_id}-2"


def test_additions_find_room_even_between_close_neighbours(app: Flask):
    parent = db.session.get(Node, make.measure(2).parent_id)
    follower = db.session.scalars(
        select(Node)
        .where(Node.reading_order > parent.reading_order, Node.depth <= parent.depth)
        .order_by(Node.reading_order)
    ).first()
    titles = [f"Neues {n}" for n in range(14)]
    changes = [
        make.approved(kind=ChangeKind.ADDITION, parent_id=parent.id, node_kind="punkt", title=title) for title in titles
    ]
    make.revision(*changes)
    db.session.expire_all()
    added = db.session.scalars(select(Node).where(Node.title.in_(titles)).order_by(Node.reading_order)).all()
    assert [node.title for node in added] == titles
    assert added[-1].reading_order < follower.reading_order
    orders = db.session.scalars(select(Node.reading_order)).all()
    assert len(set(orders)) == len(orders)


def test_what_is_struck_stays_listed_without_a_wording(app: Flask):
    node = make.measure(4)
    make.revision(make.approved(node, kind=ChangeKind.DELETION))
    assert (node.body, node.html, node.text_state) == ("", "", TextState.STRUCK)
    passage = db.session.get(Passage, (2, node.id))
    assert (passage.body, passage.text_state) == ("", TextState.STRUCK)


def test_a_merge_says_where_the_node_went(app: Flask):
    node, target = make.measure(4), make.measure(5)
    make.revision(make.approved(node, kind=ChangeKind.MERGE, target_id=target.id))
    assert (node.text_state, node.moved_to_id, node.body) == (TextState.MERGED, target.id, "")
    assert target.is_current


def test_a_split_needs_its_part(app: Flask):
    node = make.measure(4)
    split = make.approved(node, kind=ChangeKind.SPLIT, after="Nur noch das.")
    with pytest.raises(NotReady) as error:
        make.revision(split)
    assert "Teilung" in obstacles(error)
    part = make.approved(
        kind=ChangeKind.ADDITION, parent_id=node.parent_id, target_id=node.id, node_kind="massnahme", title="Der Rest"
    )
    made = db.session.scalars(select(Draft)).one()
    from participation.leitbild.drafts import collect, submit_draft

    collect(made.author, made, part, expected_edit=made.edit)
    submit_draft(made.author, made, expected_edit=made.edit)
    publish(moderator(), made, expected_edit=made.edit)
    assert node.text_state is TextState.SPLIT
    assert db.session.get(Node, part.new_node_id).moved_to_id == node.id


def test_no_point_stays_behind_alone(app: Flask):
    node = db.session.get(Node, "lce-handlung-sektorkopplung-wasserstoff")
    with pytest.raises(NotReady) as error:
        make.revision(make.approved(node, kind=ChangeKind.DELETION))
    assert "Wärmemarkt" in obstacles(error)


def test_two_changes_of_one_node_cannot_go_together(app: Flask):
    node = make.measure()
    with pytest.raises(NotReady) as error:
        make.revision(make.approved(node), make.approved(node, after="Etwas anderes"))
    assert "dieselbe Stelle" in obstacles(error)


def test_an_empty_draft_is_no_revision(app: Flask):
    with pytest.raises(NotReady) as error:
        make.submitted()
    assert "noch keine Änderung" in obstacles(error)


def test_a_change_that_no_longer_fits_is_refused(app: Flask):
    node = make.measure()
    draft = make.submitted(make.approved(node))
    node.body = "Inzwischen anders"
    db.session.flush()
    with pytest.raises(NotReady) as error:
        publish(moderator(), draft, expected_edit=draft.edit)
    assert "hat sich seither geändert" in obstacles(error)
    assert current_number() == 1


def test_an_unanswered_proposal_stands_in_the_way(app: Flask):
    node = make.measure()
    asked = proposal(node)
    record = outcome(node_id=node.id)
    pin(record, asked, answer="")
    with pytest.raises(NotReady) as error:
        make.revision(make.approved(node, record))
    assert f"V-{asked.number}" in obstacles(error)
    asked.answer = "Ja, weil es passt."
    db.session.flush()
    draft = db.session.scalars(select(Draft)).one()
    from participation.leitbild.drafts import submit_draft

    submit_draft(draft.author, draft, expected_edit=draft.edit)
    assert publish(moderator(), draft, expected_edit=draft.edit).number == 2


def test_the_subject_of_an_outcome_needs_an_answer_too(app: Flask):
    node = make.measure()
    asked = proposal(node)
    record = outcome(proposal=asked)
    with pytest.raises(NotReady) as error:
        make.revision(make.approved(node, record))
    assert f"V-{asked.number}" in obstacles(error)


def test_proposals_that_went_in_are_marked(app: Flask):
    node = make.measure()
    adopted, considered, withdrawn = (
        proposal(node, answer="a"),
        proposal(node, answer="b"),
        proposal(node, ProposalState.WITHDRAWN),
    )
    record = outcome(node_id=node.id)
    pin(record, adopted, answer="Genau so.")
    pin(record, considered, fate=Fate.CONSIDERED, answer="Zu weit.")
    pin(record, withdrawn)
    make.revision(make.approved(node, record))
    db.session.expire_all()
    assert (adopted.state, adopted.revision_number, adopted.answer) == (ProposalState.INCORPORATED, 2, "Genau so.")
    assert considered.state is ProposalState.RECOMMENDED
    assert withdrawn.state is ProposalState.WITHDRAWN


def test_the_event_names_every_contribution_once(app: Flask, monkeypatch: pytest.MonkeyPatch):
    heard: list[RevisionPublished] = []
    monkeypatch.setattr(publishing, "emit", heard.append)
    node, other = make.measure(), make.measure(4)
    one, two = node_comment(node_id=node.id), node_comment(node_id=node.id)
    record = outcome(one, two, node_id=node.id)
    change = make.approved(node, record)
    make.revision(change, make.approved(other, record))
    (event,) = heard
    assert event.number == 2
    assert [(c.user_id, c.kind, c.id, c.fate, c.answer, c.change_id) for c in event.contributions] == [
        (item.author_id, "comment", item.id, Fate.ADOPTED, "Weil es überzeugt.", change.id) for item in (one, two)
    ]


def test_the_payload_names_no_person(app: Flask):
    author = moderator("Annegret Unverwechselbar")
    change = make.approved(author=author)
    draft = make.submitted(change, author=author)
    publish(moderator("Paul Ebenfalls"), draft, expected_edit=draft.edit)
    payload = db.session.get(LogEntry, 2).payload
    assert "Unverwechselbar" not in payload
    assert "Ebenfalls" not in payload
    assert "@" not in payload
    said = json.loads(payload)
    assert {"author", "author_name", "approver", "approver_name", "change_people"} == set(said["sealed"])
    assert not {"author", "approver"} & set(said["commitments"])


def test_who_compiled_the_draft_cannot_publish_it(app: Flask):
    draft = make.submitted(make.approved())
    with pytest.raises(Denied):
        publish(draft.author, draft, expected_edit=draft.edit)
    with pytest.raises(Denied):
        publish(user(), draft, expected_edit=draft.edit)
    assert current_number() == 1


def test_a_draft_that_is_not_handed_over_is_not_published(app: Flask):
    draft = make.draft(make.approved())
    with pytest.raises(Denied):
        publish(moderator(), draft, expected_edit=draft.edit)


def test_what_was_read_is_what_is_published(app: Flask):
    draft = make.submitted(make.approved())
    with pytest.raises(DraftEdited):
        publish(moderator(), draft, expected_edit=draft.edit - 1)


def test_publishing_twice_is_a_conflict(app: Flask):
    draft = make.submitted(make.approved())
    edit = draft.edit
    publish(moderator(), draft, expected_edit=edit)
    with pytest.raises(AlreadyPublished):
        publish(moderator(), draft, expected_edit=edit)


def test_a_draft_on_an_older_revision_is_refused_until_someone_looked(app: Flask):
    make.revision()
    later = make.approved(make.measure(3))
    draft = make.submitted(later)
    draft.base_number = 1
    db.session.flush()
    with pytest.raises(StaleDraft):
        publish(moderator(), draft, expected_edit=draft.edit)
    return_draft(draft.author, draft)
    author = draft.author
    rebase_draft(author, draft, expected_edit=draft.edit)
    from participation.leitbild.drafts import submit_draft

    submit_draft(author, draft, expected_edit=draft.edit)
    assert publish(moderator(), draft, expected_edit=draft.edit).number == 3


@pytest.mark.parametrize("step", ["write_passages", "write_entry", "_contributions", "_incorporate", "emit"])
def test_a_failure_anywhere_leaves_nothing(separate_app: Flask, monkeypatch: pytest.MonkeyPatch, step: str):
    with separate_app.app_context():
        with transaction():
            node = make.measure()
            before = node.body
            draft = make.submitted(make.approved(node))
            publisher = moderator()
        node_id, draft_id, publisher_id = node.id, draft.id, publisher.id

        def fail(*_args: object) -> None:
            raise RuntimeError(step)

        monkeypatch.setattr(publishing, step, fail)
        with pytest.raises(RuntimeError), transaction():
            publish(publisher, draft, expected_edit=draft.edit)
        db.session.remove()
        assert current_number() == 1
        assert db.session.get(Node, node_id).body == before
        assert db.session.get(Node, node_id).text_state is TextState.UNCHANGED
        assert db.session.get(Draft, draft_id).state is DraftState.SUBMITTED
        assert db.session.scalar(select(func.count()).select_from(LogEntry)) == 1
        assert db.session.scalar(select(func.count()).select_from(Passage)) == 287
        assert publisher_id


def test_of_two_publishers_exactly_one_wins(separate_app: Flask):
    with separate_app.app_context():
        with transaction():
            draft = make.submitted(make.approved())
            people = [moderator(), moderator()]
        ids, draft_id, edit = [person.id for person in people], draft.id, draft.edit
        db.session.remove()
    start = threading.Barrier(2)
    results: list[object] = []

    def run(person_id: int) -> None:
        from participation.accounts.models import User

        with separate_app.app_context():
            start.wait()
            try:
                with transaction():
                    number = publish(
                        db.session.get_one(User, person_id), db.session.get_one(Draft, draft_id), expected_edit=edit
                    ).number
                results.append(number)
            except DomainError as error:
                results.append(error.status)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(person_id,)) for person_id in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(results, key=str) == [2, 409]
    with separate_app.app_context():
        assert verify().broken == ()
        assert verify().entries == 2


def test_a_fork_of_the_chain_is_refused_by_the_database(app: Flask, monkeypatch: pytest.MonkeyPatch):
    """Even if every lock failed, the same previous hash is not taken twice."""
    draft = make.submitted(make.approved())

    def forked(revision: Revision, ids: tuple[int, ...]) -> LogEntry:
        entry = LogEntry(
            number=99,
            type=LeafType.REVISION,
            revision_number=revision.number,
            payload="{}",
            previous_hash="0" * 64,
            hash="x",
            at=revision.published_at,
        )
        db.session.add(entry)
        db.session.flush()
        return entry

    monkeypatch.setattr(publishing, "write_entry", forked)
    with pytest.raises(StaleDraft):
        publish(moderator(), draft, expected_edit=draft.edit)


def test_a_change_without_an_outcome_is_refused_by_the_database(separate_app: Flask):
    from sqlalchemy.exc import IntegrityError

    with separate_app.app_context():
        with transaction():
            change = make.change()
        with pytest.raises(IntegrityError), transaction():
            db.session.execute(text("DELETE FROM change_outcomes"))
        assert db.session.scalar(select(func.count()).select_from(Change)) == 1
        assert change.id


def test_a_change_begun_before_a_revision_is_stale_after_it(app: Flask):
    node = make.measure()
    waiting = make.change(node, after="Meine Fassung")
    make.revision(make.approved(node, after="Die andere Fassung"))
    with pytest.raises(StaleChange) as error:
        submit_change(waiting.author, waiting, expected_edit=waiting.edit)
    assert (error.value.mine, error.value.current) == ("Meine Fassung", "Die andere Fassung")
    assert approve_change


def test_events_module_is_used_by_publish():
    assert publishing.emit is events.emit


def test_evidence_of_the_first_change_counts(app: Flask):
    make.revision()
    assert db.session.scalar(select(func.count()).select_from(Evidence)) >= 1
