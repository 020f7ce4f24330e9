"""Reading proposals: who sees what, in which order, with how many statements."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.dialects import sqlite

from participation.base.db import db
from participation.dialogue.models import Thread
from participation.proposals import choices, operations, queries
from participation.proposals.likeness import similar
from participation.proposals.models import Proposal, ProposalState, ProposalType, StepKind
from participation.proposals.queries import Filters
from participation.strategy import operations as strategy_operations
from participation.strategy.models import Node, Relation
from tests.factories import accounts, proposals, strategy

S = ProposalState
T = ProposalType
MEASURE = "lce-sofort-industrieparks"


def numbers(page: queries.ProposalsPage) -> list[int | None]:
    return [row.number for row in page.rows]


def titles(page: queries.ProposalsPage) -> set[str]:
    return {row.title for row in page.rows}


# --- Who sees what -----------------------------------------------------------------------------------------------


def test_a_draft_exists_for_its_author_alone(app: Flask) -> None:
    author, moderator, other = accounts.user(), accounts.moderator(), accounts.user()
    node = strategy.node()
    draft = proposals.draft(author, node)
    assert queries.draft(draft.id, author) is draft
    for person in (moderator, other):
        assert queries.draft(draft.id, person) is None
    assert queries.proposals_page(author, Filters()).rows == []
    assert queries.for_node(node.id) == []
    assert queries.by_author(author.id, author) == ([], None)
    assert [row.id for row in queries.drafts_of(author)] == [draft.id]
    assert queries.drafts_of(other) == []


def test_a_returned_proposal_is_hidden_again(app: Flask) -> None:
    proposal = proposals.proposal(state=S.SUBMITTED)
    assert proposal.number is not None
    operations.send_back(accounts.moderator(), proposal, "Der Nutzen fehlt.")
    assert queries.proposal(proposal.number, None) is None
    assert queries.proposal(proposal.number, accounts.user()) is None
    assert queries.proposal(proposal.number, accounts.moderator()) is None
    assert queries.by_number(proposal.number, None) is None
    assert queries.proposal(proposal.number, proposal.author) is not None


def test_another_persons_submitted_proposal_is_no_draft(app: Flask) -> None:
    proposal = proposals.proposal()
    assert queries.draft(proposal.id, proposal.author) is None


def test_the_page_knows_whether_the_viewer_signed(app: Flask) -> None:
    proposal, person = proposals.proposal(places=("guben",)), accounts.user()
    operations.support(person, proposal)
    assert proposal.number is not None
    mine = queries.proposal(proposal.number, person)
    theirs = queries.proposal(proposal.number, accounts.user())
    assert mine is not None
    assert theirs is not None
    assert (mine.supported, theirs.supported) == (True, False)
    assert [place.id for place in mine.places] == ["guben"]
    assert [step.state for step in mine.steps] == [S.SUBMITTED, S.OPEN]


def test_a_revision_by_the_author_is_marked(app: Flask) -> None:
    proposal = proposals.proposal(state=S.SUBMITTED)
    operations.edit(proposal.author, proposal, proposals.writing(title="Neuer Titel"), base_revision=1)
    assert proposal.number is not None
    view = queries.proposal(proposal.number, None)
    assert view is not None
    assert [(step.what, step.version) for step in view.steps] == [(None, 1), (StepKind.REVISED, 2)]


def test_what_was_merged_is_credited(app: Flask) -> None:
    one, other = proposals.proposal(title="Der eine Vorschlag"), proposals.proposal()
    operations.merge_into(accounts.moderator(), one, other, "Beide wollen dasselbe.")
    assert other.number is not None
    view = queries.proposal(other.number, None)
    assert view is not None
    assert [row.title for row in view.merged] == ["Der eine Vorschlag"]


# --- Lists -------------------------------------------------------------------------------------------------------


def test_pages_follow_each_other_without_gap_or_repetition(app: Flask) -> None:
    node = strategy.node()
    for supporters in (0, 2, 1, 2, 0, 3, 0):
        proposals.proposal(node=node, supporters=supporters)
    for sort in ("newest", "supported"):
        whole = numbers(queries.proposals_page(None, Filters(), sort=sort, size=50))
        seen: list[int | None] = []
        after = None
        while True:
            page = queries.proposals_page(None, Filters(), sort=sort, after=after, size=2)
            seen += numbers(page)
            after = page.next
            if after is None:
                break
        assert seen == whole
        assert len(seen) == 7
    assert whole == sorted(whole, key=lambda n: -(n or 0)) or whole != seen[::-1]
    newest = queries.proposals_page(None, Filters(), sort="newest")
    assert numbers(newest) == sorted(numbers(newest), reverse=True)
    supported = queries.proposals_page(None, Filters(), sort="supported")
    assert [row.supporter_count for row in supported.rows] == [3, 2, 2, 1, 0, 0, 0]


@pytest.mark.one_database
@pytest.mark.parametrize("key", ["", "x", "1", "-", "1-2-3", "²-1", "99999999999999999999-1"])
def test_a_key_that_someone_made_up_begins_from_the_front(app: Flask, key: str) -> None:
    proposals.proposal()
    assert len(queries.proposals_page(None, Filters(), after=key).rows) == 1


def test_filters_and_counts(app: Flask) -> None:
    energy = db.session.get_one(Node, MEASURE)
    proposals.proposal(node=energy, title="Energie offen", places=("guben",))
    proposals.proposal(node=energy, title="Energie gestrichen", type=T.DELETION)
    proposals.proposal(title="Anderswo eingearbeitet", state=S.INCORPORATED)
    proposals.proposal(title="Anderswo zurückgezogen", state=S.WITHDRAWN)
    page = queries.proposals_page(None, Filters())
    assert page.counts == {"": 4, "offen": 2, "auswertung": 0, "eingearbeitet": 1, "abgeschlossen": 1}
    assert titles(queries.proposals_page(None, Filters(group="eingearbeitet"))) == {"Anderswo eingearbeitet"}
    in_cluster = queries.proposals_page(None, Filters(cluster_id="lce"))
    assert titles(in_cluster) == {"Energie offen", "Energie gestrichen"}
    assert in_cluster.counts[""] == 2
    assert titles(queries.proposals_page(None, Filters(type=T.DELETION))) == {"Energie gestrichen"}
    assert titles(queries.proposals_page(None, Filters(place_id="guben"))) == {"Energie offen"}
    assert queries.proposals_page(None, Filters(place_id="guben", type=T.DELETION)).rows == []


def test_by_author_and_by_initiative(app: Flask) -> None:
    author = accounts.user()
    initiative = accounts.initiative(author)
    node = strategy.node()
    first = proposals.proposal(author, node)
    second = proposals.proposal(author, node, initiative_id=initiative.id)
    proposals.proposal(node=node)
    rows, after = queries.by_author(author.id, None, size=1)
    assert ([row.id for row in rows], after) == ([second.id], second.id)
    rows, after = queries.by_author(author.id, None, after=after)
    assert ([row.id for row in rows], after) == ([first.id], None)
    assert [row.id for row in queries.by_initiative(initiative.id, None)[0]] == [second.id]


def test_a_node_lists_what_concerns_it(app: Flask) -> None:
    node, other = strategy.node(), strategy.node("Fähren")
    first = proposals.proposal(node=node)
    merge = proposals.proposal(node=other, type=T.MERGE, other_node_id=node.id)
    assert [row.id for row in queries.for_node(node.id)] == [merge.id, first.id]


def test_rows_carry_what_is_counted_in_the_thread(app: Flask) -> None:
    proposal = proposals.proposal()
    thread = operations.thread_of(proposal)
    thread.comment_count, thread.yes, thread.no = 4, 2, 1
    db.session.flush()
    (row,) = queries.proposals_page(None, Filters()).rows
    assert (row.comment_count, row.votes, row.reference) == (4, 3, f"V-{proposal.number}")


# --- What threads are about --------------------------------------------------------------------------------------


def test_subjects_of_threads(app: Flask) -> None:
    proposal = proposals.proposal(node=db.session.get_one(Node, MEASURE))
    returned = proposals.proposal(state=S.SUBMITTED, title="Geheim geworden")
    threads = [operations.thread_of(proposal), operations.thread_of(returned)]
    operations.send_back(accounts.moderator(), returned, "Der Nutzen fehlt.")
    node = db.session.get_one(Node, MEASURE)
    threads.append(strategy_operations.thread_of(node))
    found = queries.subjects([thread.id for thread in threads])
    assert found[threads[0].id].path == f"/vorschlaege/{proposal.number}"
    assert found[threads[0].id].cluster_id == "lce"
    assert "Geheim" not in found[threads[1].id].title
    assert (found[threads[2].id].kind, found[threads[2].id].path) == ("node", f"/strategie/{MEASURE}")
    assert queries.subjects([]) == {}


# --- Likeness and choices ----------------------------------------------------------------------------------------


def test_similar_finds_proposals_and_passages_and_not_itself(app: Flask) -> None:
    node = strategy.node("Radwege an der Neiße ausbauen")
    twin = strategy.node("Ausbau der Radwege an der Neiße")
    wanted = proposals.proposal(node=node, title="Radwege auch an der Spree")
    settled = proposals.proposal(node=node, title="Radwege auch an der Spree", state=S.WITHDRAWN)
    draft = proposals.draft(node=node, title="Radwege auch an der Spree nennen")
    hidden = proposals.draft(node=node, title="Radwege auch an der Spree nennen")
    viewer = accounts.user()
    operations.support(viewer, wanted)
    found = similar(draft, viewer)
    assert len(found) <= 5
    assert [one.number for one in found if one.number] == [wanted.number]
    assert next(one for one in found if one.number).supported
    assert twin.id in [one.node_id for one in found if not one.number]
    assert node.id not in [one.node_id for one in found if not one.number]
    assert settled.number != hidden.number


def test_something_unlike_finds_nothing(app: Flask) -> None:
    draft = proposals.draft(title="Zeppeline xyzzy", wording="Zeppeline qwertz plugh xyzzy abheben")
    assert similar(draft, None) == []


def test_places_named_by_the_node_come_first(app: Flask) -> None:
    offered = [ident for ident, _name in choices.places_for(MEASURE)]
    assert set(offered[:3]) == {"boxberg", "jaenschwalde", "schwarze-pumpe"}
    assert "guben" in offered
    assert "berlin" not in offered


def test_partners_begin_with_related_nodes(app: Flask) -> None:
    node, near, far = strategy.node("eins"), strategy.node("zwei"), strategy.node("drei")
    unfit = strategy.node("vier", kind=strategy.kind("textaenderung"))
    db.session.add(Relation(node_id=near.id, other_id=node.id, relation="ueberschneidung"))
    db.session.flush()
    partners = choices.partners_for(node)
    others = [ident for nodes in partners.others.values() for ident, _title in nodes]
    assert partners.related == [(near.id, "zwei")]
    assert far.id in others
    assert not {node.id, near.id, unfit.id} & set(others)


# --- Cost --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sort", ["newest", "supported"])
@pytest.mark.parametrize("number", [3, 60])
def test_a_list_takes_two_statements(app: Flask, statements, sort, number: int) -> None:
    node = strategy.node()
    for _ in range(number):
        proposals.proposal(node=node, state=S.SUBMITTED)
    db.session.expunge_all()
    with statements() as counted:
        page = queries.proposals_page(None, Filters(cluster_id=None), sort=sort)
        _ = [(row.node_title, row.author, row.initiative, row.cluster) for row in page.rows]
    assert len(page.rows) == min(number, 50)
    assert counted.number == 2


@pytest.mark.parametrize("steps", [0, 10])
def test_a_proposal_takes_four_statements(app: Flask, statements, steps: int) -> None:
    proposal = proposals.proposal(state=S.SUBMITTED, places=("guben", "cottbus"))
    for n in range(steps):
        operations.edit(proposal.author, proposal, proposals.writing(title=f"Neuer Titel {n}"), base_revision=1)
    viewer, number = accounts.user(), proposal.number
    assert number is not None
    for person in (None, viewer):
        db.session.expunge_all()
        with statements() as counted:
            view = queries.proposal(number, person)
            assert view is not None
            shown = view.proposal
            _ = (shown.node.kind.label, shown.author.display_name, shown.initiative, shown.thread, shown.merged_into)
        assert counted.number == 4


def plan(statement) -> str:
    compiled = statement.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})
    rows = db.session.execute(text(f"EXPLAIN QUERY PLAN {compiled}"))
    return "\n".join(row[3] for row in rows)


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("statement", "index"),
    [
        (queries._listing(Filters(), "newest", None, 50), "sqlite_autoindex_proposals_2 (number"),
        (queries._listing(Filters(), "newest", "3-40", 50), "sqlite_autoindex_proposals_2 (number"),
        (queries._listing(Filters(), "supported", None, 50), "ix_proposals_supporter_count_number"),
        (queries._listing(Filters(), "supported", "3-40", 50), "ix_proposals_supporter_count_number"),
        (queries._listing(Filters(group="eingearbeitet"), "newest", None, 50), "ix_proposals_state_number"),
        (queries._listing(Filters(cluster_id="lce"), "supported", None, 50), "ix_proposals_node_id_number"),
        (queries._listing(Filters(place_id="guben"), "newest", None, 50), "proposal"),
        (queries._theirs(Proposal.author_id == 1, None, 50), "ix_proposals_author_id_id"),
        (queries._theirs(Proposal.initiative_id == 1, 7, 50), "ix_proposals_initiative_id_id"),
    ],
)
def test_no_list_scans_all_proposals(app: Flask, statement, index: str) -> None:
    steps = plan(statement)
    whole = [line for line in steps.splitlines() if line.startswith("SCAN proposals") and "INDEX" not in line]
    assert not whole, steps
    assert index in steps, steps
    # Within a group of states or a cluster the rest is sorted; every other list is read in its order.
    assert ("TEMP B-TREE" in steps) is (index == "ix_proposals_node_id_number"), steps


def test_a_thread_row_is_not_needed_for_a_list(app: Flask) -> None:
    proposals.proposal()
    assert db.session.scalars(select(Thread)).all() == []
    assert queries.proposals_page(None, Filters()).rows[0].comment_count == 0
