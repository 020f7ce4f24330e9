"""What a revision does to open proposals, and how their authors answer."""

from __future__ import annotations

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from participation.accounts.initiatives import end_mandate
from participation.base.db import db, transaction
from participation.base.merge import hunks, merge
from participation.base.verdict import Denied
from participation.leitbild.models import ChangeKind
from participation.leitbild.publish import AlreadyPublished, publish
from participation.notify.models import Notification
from participation.outcomes.models import OutcomeKind
from participation.proposals import history, operations, policy, queries
from participation.proposals.models import (
    Proposal,
    ProposalState,
    ProposalStep,
    ProposalSupport,
    ProposalType,
    ProposalVersion,
    StepKind,
    VersionReason,
)
from participation.proposals.rebasing import FitsAlready, NoGround, UnfitWording
from participation.proposals.threeway import Fit, threeway
from participation.proposals.writing import WordingChanged
from participation.strategy.models import Node, TextState
from tests.factories import accounts, leitbild, outcomes, proposals, strategy
from tests.races import together

S = ProposalState
T = ProposalType
BODY = "Der Radweg von Guben nach Forst wird gebaut. Er soll 2030 fertig sein."
WISH = BODY.replace("Radweg", "Rad- und Fußweg")
LATER = BODY.replace("2030", "2032")
CLASH = BODY.replace("Radweg", "Wanderweg")
TODAY_AND_WISH = WISH.replace("2030", "2032")


def passage(body: str = BODY) -> Node:
    return strategy.node(body)


def revise(node: Node, after: str, number: int = 2, *, state: TextState = TextState.CHANGED) -> None:
    """Do to a node and its proposals what a publication does."""
    node.body, node.text_state, node.since_revision = after, state, number
    db.session.flush()
    operations.rebase(accounts.moderator(), [node.id], number)


def merge_away(node: Node, target: Node, number: int = 2) -> None:
    node.moved_to_id = target.id
    revise(node, "", number, state=TextState.MERGED)


def versions(proposal: Proposal) -> list[tuple[int, VersionReason, str]]:
    rows = db.session.scalars(
        select(ProposalVersion).where(ProposalVersion.proposal_id == proposal.id).order_by(ProposalVersion.version)
    )
    return [(row.version, row.why, row.wording) for row in rows]


def events(proposal: Proposal) -> list[StepKind]:
    rows = select(ProposalStep.what).where(ProposalStep.proposal_id == proposal.id, ProposalStep.what.is_not(None))
    return [what for what in db.session.scalars(rows.order_by(ProposalStep.id)) if what]


def told(person) -> list[str]:
    rows = select(Notification.kind).where(Notification.user_id == person.id).order_by(Notification.id)
    db.session.flush()
    return [kind for kind in db.session.scalars(rows) if kind.split("_")[1] not in ("open", "synthesis")]


def signatures(proposal: Proposal) -> list[int]:
    return list(db.session.scalars(select(ProposalSupport.version).where(ProposalSupport.proposal_id == proposal.id)))


# --- Where both edits fit ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [S.SUBMITTED, S.OPEN, S.SYNTHESIS, S.RECOMMENDED, S.ACCEPTED])
def test_a_proposal_that_still_fits_is_brought_onto_the_new_wording(app: Flask, state: S) -> None:
    node = passage()
    proposal = proposals.proposal(node=node, wording=WISH, state=state)
    revise(node, LATER)
    assert (proposal.before, proposal.wording) == (LATER, TODAY_AND_WISH)
    assert (proposal.base_revision, proposal.version, proposal.state) == (2, 2, state)
    assert proposal.conflict_revision is proposal.fulfilled_revision is None
    assert "Fußweg" in proposal.diff_html
    assert "2032</ins>" not in proposal.diff_html
    assert events(proposal) == [StepKind.REBASED]


def test_the_original_wording_stays_readable(app: Flask) -> None:
    node = passage()
    proposal = proposals.proposal(node=node, wording=WISH)
    revise(node, LATER)
    revise(node, LATER.replace("Forst", "Bad Muskau"), 3)
    assert [(number, why) for number, why, _wording in versions(proposal)] == [
        (1, VersionReason.SUBMITTED),
        (2, VersionReason.REBASED),
        (3, VersionReason.REBASED),
    ]
    first = history.texts(proposal.id, 1)[1]
    assert (first.wording, first.before, first.by_id) == (WISH, BODY, proposal.author_id)
    assert "Fußweg" in first.diff_html


def test_author_and_supporters_are_told_and_no_signature_moves(app: Flask) -> None:
    node = passage()
    proposal = proposals.proposal(node=node, wording=WISH, supporters=2)
    assert (proposal.supporter_count, signatures(proposal)) == (2, [1, 1])
    revise(node, LATER)
    assert (proposal.supporter_count, signatures(proposal)) == (0, [1, 1])
    assert told(proposal.author) == ["proposal_rebased"]
    people = db.session.scalars(select(ProposalSupport.user_id)).all()
    notes = db.session.execute(select(Notification.user_id, Notification.kind).where(Notification.user_id.in_(people)))
    assert sorted(notes.all()) == sorted((person, "support_new_version") for person in people)


def test_a_wish_that_came_true_stays_with_its_supporters(app: Flask) -> None:
    node = passage()
    proposal = proposals.proposal(node=node, wording=WISH, supporters=1)
    revise(node, TODAY_AND_WISH)
    assert (proposal.fulfilled_revision, proposal.conflict_revision) == (2, None)
    assert (proposal.version, proposal.supporter_count, proposal.wording) == (1, 1, WISH)
    assert events(proposal) == [StepKind.FULFILLED]
    assert told(proposal.author) == ["proposal_fulfilled"]
    revise(node, TODAY_AND_WISH + " Mit Bänken.", 3)
    assert events(proposal) == [StepKind.FULFILLED], "told twice"


def test_what_was_fulfilled_can_collide_later(app: Flask) -> None:
    node = passage()
    proposal = proposals.proposal(node=node, wording=WISH)
    revise(node, WISH)
    revise(node, CLASH, 3)
    assert (proposal.fulfilled_revision, proposal.conflict_revision) == (None, 3)


def test_a_merge_starts_from_both_wordings(app: Flask) -> None:
    node, other = passage(), passage("An der Spree gibt es Bänke.")
    wish = "Der Radweg von Guben nach Forst wird gebaut, mit Bänken wie an der Spree. Er soll 2030 fertig sein."
    proposal = proposals.proposal(node=node, type=T.MERGE, other_node_id=other.id, wording=wish)
    assert proposal.other_before == other.body
    revise(node, LATER)
    assert proposal.wording == wish.replace("2030", "2032")
    revise(other, "An der Spree gibt es Bänke und Licht.", 3)
    assert proposal.conflict_revision == 3
    assert proposal.other_before == "An der Spree gibt es Bänke."


@pytest.mark.parametrize("kind", [T.MEASURE, T.ADDITION])
def test_what_goes_below_a_passage_does_not_care_for_its_words(app: Flask, kind: T) -> None:
    node = passage()
    proposal = proposals.proposal(node=node, type=kind, supporters=1)
    revise(node, CLASH)
    assert (proposal.version, proposal.conflict_revision, proposal.supporter_count) == (1, None, 1)
    assert events(proposal) == []


@pytest.mark.parametrize("state", [S.WITHDRAWN, S.MERGED, S.NOT_RECOMMENDED, S.INCORPORATED, S.REJECTED, S.POSTPONED])
def test_what_is_settled_stays_as_it_was(app: Flask, state: S) -> None:
    node = passage()
    proposal = proposals.proposal(node=node, wording=WISH, state=state)
    revise(node, CLASH)
    assert (proposal.before, proposal.wording, proposal.version, proposal.conflict_revision) == (BODY, WISH, 1, None)


def test_drafts_are_told_when_they_are_opened(app: Flask) -> None:
    node = passage()
    draft = proposals.draft(node=node, wording=WISH)
    revise(node, LATER)
    assert (draft.before, draft.version) == (BODY, 0)
    with pytest.raises(WordingChanged):
        operations.submit(draft.author, draft, check_period=proposals.WEEK)
    assert versions(draft) == []


def test_the_check_sees_that_the_text_moved(app: Flask) -> None:
    node = passage()
    proposal = proposals.proposal(node=node, wording=WISH, state=S.SUBMITTED)
    read = proposal.updated_at
    revise(node, LATER)
    with pytest.raises(Exception, match="Revised"):
        operations.accept(accounts.moderator(), proposal, open_period=proposals.MONTH, read=read)


WORDS = st.lists(st.sampled_from(["Rad", "weg", "Guben", "Forst", "und", "der", ".", "\n\n", "2030"]), max_size=14)


@given(WORDS.map(" ".join), WORDS.map(" ".join), WORDS.map(" ".join))
def test_after_rebasing_everything_the_author_changed_is_there(base: str, mine: str, theirs: str) -> None:
    node = Node(id="x", body=theirs, text_state=TextState.CHANGED, title="x")
    proposal = Proposal(type=T.TEXT, before=base, wording=mine, other_before="", node=node)
    compared = threeway(proposal)
    if compared.fit is not Fit.CLEAN:
        return
    for hunk in (*hunks(base, mine), *hunks(base, theirs)):
        assert hunk.text in compared.suggestion
    # Whoever edited first: both get the same text.
    assert compared.suggestion == merge(base, theirs, mine).text


# --- Where they collide ------------------------------------------------------------------------------------------


def test_a_collision_is_marked_told_and_nothing_is_lost(app: Flask) -> None:
    node = passage()
    proposal = proposals.proposal(node=node, wording=WISH, supporters=1)
    revise(node, CLASH)
    assert (proposal.conflict_revision, proposal.version, proposal.wording, proposal.before) == (2, 1, WISH, BODY)
    assert (proposal.supporter_count, signatures(proposal)) == (1, [1])
    assert events(proposal) == [StepKind.CONFLICT]
    assert told(proposal.author) == ["proposal_conflict"]
    (supporter,) = db.session.scalars(select(ProposalSupport.user_id))
    kinds = db.session.scalars(select(Notification.kind).where(Notification.user_id == supporter)).all()
    assert kinds == ["support_conflict"]


def test_the_collisions_are_named_and_the_suggestion_keeps_the_authors_words(app: Flask) -> None:
    node = passage()
    proposal = proposals.proposal(node=node, wording=WISH)
    revise(node, CLASH.replace("2030", "2032"))
    compared = threeway(proposal)
    assert [(c.then, c.wanted, c.today) for c in compared.collisions] == [("Radweg", "Rad- und Fußweg", "Wanderweg")]
    assert compared.suggestion == TODAY_AND_WISH


def test_adopting_the_suggestion_makes_a_version_and_asks_supporters(app: Flask) -> None:
    node = passage()
    proposal = proposals.proposal(node=node, wording=WISH, supporters=1)
    revise(node, CLASH)
    operations.adopt_wording(proposal.author, proposal, WISH, seen=CLASH, base_revision=2)
    assert (proposal.conflict_revision, proposal.before, proposal.wording) == (None, CLASH, WISH)
    assert (proposal.version, proposal.supporter_count, signatures(proposal)) == (2, 0, [1])
    assert versions(proposal) == [(1, VersionReason.SUBMITTED, WISH), (2, VersionReason.ADOPTED, WISH)]
    assert events(proposal) == [StepKind.CONFLICT, StepKind.ADOPTED]
    (supporter,) = db.session.scalars(select(ProposalSupport.user_id))
    kinds = db.session.scalars(select(Notification.kind).where(Notification.user_id == supporter)).all()
    assert kinds == ["support_conflict", "support_new_version"]
    operations.adopt_wording(proposal.author, proposal, WISH, seen=CLASH, base_revision=2)
    assert proposal.version == 2, "the second click made another version"
    with pytest.raises(FitsAlready):
        operations.adopt_wording(proposal.author, proposal, "Ganz anders.", seen=CLASH, base_revision=2)


def test_strangers_adopt_nothing(app: Flask) -> None:
    node = passage()
    proposal = proposals.proposal(node=node, wording=WISH)
    revise(node, CLASH)
    for person in (accounts.user(), accounts.moderator()):
        with pytest.raises(Denied):
            operations.adopt_wording(person, proposal, "Meins statt Ihrem.", seen=CLASH, base_revision=2)
    assert (proposal.wording, proposal.version) == (WISH, 1)
    assert policy.may_adopt(None, proposal).login_helps


def test_delegates_adopt_for_their_initiative_and_former_ones_do_not(app: Flask) -> None:
    node, author, colleague = passage(), accounts.user(), accounts.user()
    group = accounts.initiative(author, colleague)
    proposal = proposals.proposal(author, node, wording=WISH, initiative_id=group.id)
    revise(node, CLASH)
    assert told(colleague) == ["proposal_conflict"]
    end_mandate(colleague, group, author.id)
    with pytest.raises(Denied):
        operations.adopt_wording(author, proposal, WISH, seen=CLASH, base_revision=2)
    operations.adopt_wording(colleague, proposal, WISH, seen=CLASH, base_revision=2)
    assert proposal.version == 2
    assert told(author)[-1] == "proposal_adopted"


def test_adopting_what_was_not_seen_is_refused(app: Flask) -> None:
    node = passage()
    proposal = proposals.proposal(node=node, wording=WISH)
    revise(node, CLASH)
    revise(node, CLASH + " Mit Bänken.", 3)
    with pytest.raises(WordingChanged) as refused:
        operations.adopt_wording(proposal.author, proposal, WISH, seen=CLASH, base_revision=3)
    assert refused.value.current == CLASH + " Mit Bänken."
    assert proposal.version == 1


@pytest.mark.parametrize("words", ["", CLASH])
def test_an_adopted_wording_says_something_new(app: Flask, words: str) -> None:
    node = passage()
    proposal = proposals.proposal(node=node, wording=WISH)
    revise(node, CLASH)
    with pytest.raises(UnfitWording):
        operations.adopt_wording(proposal.author, proposal, words, seen=CLASH, base_revision=2)


@pytest.mark.parametrize("state", [S.RECOMMENDED, S.ACCEPTED, S.INCORPORATED])
def test_after_the_evaluation_authors_rewrite_nothing(app: Flask, state: S) -> None:
    node = passage()
    proposal = proposals.proposal(node=node, wording=WISH, state=state)
    proposal.conflict_revision = 2
    node.body = CLASH
    with pytest.raises(Denied):
        operations.adopt_wording(proposal.author, proposal, WISH, seen=CLASH, base_revision=2)


def test_a_collision_that_a_later_revision_takes_back_is_over(app: Flask) -> None:
    node = passage()
    proposal = proposals.proposal(node=node, wording=WISH)
    revise(node, CLASH)
    revise(node, BODY, 3)
    assert (proposal.conflict_revision, proposal.version) == (None, 1)
    assert events(proposal) == [StepKind.CONFLICT, StepKind.FITS]


def test_a_split_is_never_rewritten_by_itself(app: Flask) -> None:
    node = passage()
    wish = "Der Radweg von Guben nach Forst wird gebaut.\n---\nEr soll 2030 fertig sein."
    proposal = proposals.proposal(node=node, type=T.SPLIT, wording=wish)
    revise(node, LATER)
    assert (proposal.conflict_revision, proposal.wording) == (2, wish)
    compared = threeway(proposal)
    assert compared.suggestion == wish.replace("2030", "2032")
    operations.adopt_wording(proposal.author, proposal, compared.suggestion, seen=LATER, base_revision=2)
    assert proposal.wording == wish.replace("2030", "2032")


def test_a_deletion_asks_whether_the_new_words_shall_go_too(app: Flask) -> None:
    node = passage()
    proposal = proposals.proposal(node=node, type=T.DELETION)
    revise(node, LATER)
    assert proposal.conflict_revision == 2
    operations.adopt_wording(proposal.author, proposal, "was auch immer", seen=LATER, base_revision=2)
    assert (proposal.before, proposal.wording, proposal.conflict_revision) == (LATER, "", None)


# --- Where the passage goes --------------------------------------------------------------------------------------


def test_a_struck_passage_fulfils_a_deletion_and_takes_the_ground_of_the_rest(app: Flask) -> None:
    node = passage()
    gone = proposals.proposal(node=node, type=T.DELETION)
    left = [proposals.proposal(node=node, type=kind, wording=WISH) for kind in (T.TEXT, T.ADDITION, T.MEASURE)]
    revise(node, "", state=TextState.STRUCK)
    assert gone.fulfilled_revision == 2
    for proposal in left:
        assert proposal.conflict_revision == 2
        with pytest.raises(NoGround):
            operations.adopt_wording(proposal.author, proposal, "Neu", seen="", base_revision=2)


def test_a_proposal_follows_a_merged_passage_if_its_author_wants(app: Flask) -> None:
    node, target = passage(), passage("Wege für alle zwischen Guben und Forst.")
    proposal = proposals.proposal(node=node, wording=WISH, supporters=1)
    below = proposals.proposal(node=node, type=T.ADDITION)
    merge_away(node, target)
    assert (proposal.node_id, proposal.conflict_revision, proposal.version) == (node.id, 2, 1)
    wish = "Rad- und Fußwege für alle zwischen Guben und Forst."
    operations.adopt_wording(proposal.author, proposal, wish, seen=target.body, base_revision=2)
    operations.adopt_wording(below.author, below, below.wording, seen="", base_revision=2)
    assert (proposal.node_id, proposal.before, below.node_id) == (target.id, target.body, target.id)
    assert [db.session.scalar(select(Node.open_proposals).where(Node.id == one.id)) for one in (node, target)] == [0, 2]
    assert proposal.number is not None
    view = queries.proposal(proposal.number, None)
    assert view is not None
    assert view.origin is not None
    assert view.origin.node_id == node.id
    assert signatures(proposal) == [1]


def test_a_passage_that_was_merged_twice_leads_on(app: Flask) -> None:
    first, second, third = passage(), passage("Zwei."), passage("Drei.")
    proposal = proposals.proposal(node=first, wording=WISH)
    merge_away(first, second)
    merge_away(second, third, 3)
    operations.adopt_wording(proposal.author, proposal, "Drei und Fußwege.", seen="Drei.", base_revision=3)
    assert proposal.node_id == third.id


def test_a_merge_that_happened_fulfils_the_wish_for_it(app: Flask) -> None:
    node, other = passage(), passage("Wege an der Spree.")
    proposal = proposals.proposal(node=node, type=T.MERGE, other_node_id=other.id, wording="Ein Satz.")
    merge_away(node, other)
    assert proposal.fulfilled_revision == 2


def test_a_partner_that_goes_elsewhere_takes_the_ground(app: Flask) -> None:
    node, other, third = passage(), passage("Wege an der Spree."), passage("Drei.")
    proposal = proposals.proposal(node=node, type=T.MERGE, other_node_id=other.id, wording="Ein Satz.")
    merge_away(other, third)
    assert proposal.conflict_revision == 2
    with pytest.raises(NoGround):
        operations.adopt_wording(proposal.author, proposal, "Ein Satz.", seen="", base_revision=2)


# --- With a real publication -------------------------------------------------------------------------------------


def published(node: Node, after: str) -> None:
    leitbild.revision(leitbild.approved(node, after=after))


def test_a_publication_rebases_in_the_same_transaction(app: Flask) -> None:
    node = leitbild.measure()
    proposal = proposals.proposal(node=node, wording=f"Zuerst: {node.body}")
    after = f"{node.body} und Speicher"
    published(node, after)
    assert (proposal.before, proposal.wording, proposal.base_revision) == (after, f"Zuerst: {after}", 2)


def test_what_went_into_the_revision_is_not_rebased(app: Flask) -> None:
    node = leitbild.measure()
    proposal = proposals.proposal(node=node, wording=f"{node.body} und Speicher")
    outcome = outcomes.outcome(proposal, node_id=leitbild.owner(node.id), kind=OutcomeKind.TEXT)
    leitbild.revision(leitbild.approved(node, outcome, after=f"{node.body} und Speicher"))
    assert proposal.state is S.INCORPORATED
    assert (proposal.version, proposal.fulfilled_revision, events(proposal)) == (1, None, [])


def test_a_struck_passage_is_noticed_by_a_publication(app: Flask) -> None:
    node = leitbild.measure()
    proposal = proposals.proposal(node=node, type=T.DELETION)
    leitbild.revision(leitbild.approved(node, kind=ChangeKind.DELETION, after=""))
    assert proposal.fulfilled_revision == 2


def test_the_number_of_statements_does_not_grow(app: Flask, statements) -> None:
    numbers = []
    for many in (2, 40):
        node = passage()
        for n in range(many):
            proposals.proposal(node=node, wording=WISH if n % 2 else LATER, supporters=1)
        node.body, node.since_revision = CLASH, 2
        db.session.flush()
        publisher = accounts.moderator()
        with statements() as counted:
            operations.rebase(publisher, [node.id], 2)
            db.session.flush()
        numbers.append(counted.number)
    assert numbers[1] <= numbers[0] + 1, "\n".join(text[:90] for text in counted.texts)
    assert numbers[1] <= 12


# --- At the same moment ------------------------------------------------------------------------------------------


def test_two_who_publish_at_once_rebase_once(separate_app: Flask) -> None:
    with separate_app.app_context():
        with transaction():
            node = leitbild.measure()
            proposal = proposals.proposal(node=node, wording=f"Zuerst: {node.body}", supporters=2)
            draft = leitbild.submitted(leitbild.approved(node))
            people = [accounts.moderator(), accounts.moderator()]
            edit, ident = draft.edit, proposal.id
        results = together(
            separate_app, [lambda person=person: publish(person, draft, expected_edit=edit) for person in people]
        )
        assert sum(isinstance(result, AlreadyPublished) for result in results) == 1, results
        db.session.expire_all()
        count = select(func.count()).where(ProposalVersion.proposal_id == ident)
        assert db.session.scalar(count) == 2
        assert db.session.get_one(Proposal, ident).supporter_count == 0


def test_two_clicks_adopt_once(separate_app: Flask) -> None:
    with separate_app.app_context():
        with transaction():
            node = passage()
            proposal = proposals.proposal(node=node, wording=WISH)
            revise(node, CLASH)
            author, ident = proposal.author, proposal.id

        def click() -> object:
            fresh = db.session.get_one(Proposal, ident)
            return operations.adopt_wording(author, fresh, WISH, seen=CLASH, base_revision=2).version

        assert together(separate_app, [click, click, click]) == [2, 2, 2]
        count = select(func.count()).where(ProposalVersion.proposal_id == ident)
        assert db.session.scalar(count) == 2
