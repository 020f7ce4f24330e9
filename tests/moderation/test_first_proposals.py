"""What new accounts propose first is nobody's to read until a moderator has let it in.

The formal check does not do that: what was handed in is public while it is checked.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from participation.accounts.models import Role, User
from participation.base.clock import now
from participation.base.db import db, transaction
from participation.base.verdict import Denied
from participation.dialogue.waiting import NotWaiting, TooManyWaiting
from participation.moderation import admitting, openness
from participation.moderation.admitting import AlreadyDecided, TextMoved
from participation.moderation.queries import TaskKind, work_queue
from participation.notify.models import Notification
from participation.proposals import operations, waiting
from participation.proposals.models import FirstProposal, Proposal, ProposalState
from participation.proposals.operations import WordingChanged
from participation.proposals.queries import by_number
from tests.factories import moderation as moderating
from tests.factories import proposals
from tests.factories.accounts import initiative, log_in, moderator, user
from tests.races import together
from tests.web_helpers import token_in

WEEK = timedelta(days=7)
PERIODS = dict.fromkeys(("verification", "evaluation", "approval", "status"), WEEK)
DAY = timedelta(days=1)
WORD = "Quittenbaumkrone"


def hand_in(proposal: Proposal, needed: int = 1) -> bool:
    return waiting.hand_in(proposal.author, proposal, check_period=WEEK, needed=needed, period=DAY)


def waits(author: User | None = None) -> Proposal:
    made = proposals.draft(author, title=f"Eine {WORD}")
    assert not hand_in(made)
    return made


def read(proposal: Proposal) -> str:
    return proposal.waits_until.isoformat()


def release(actor: User, proposal: Proposal, at: str = "") -> bool:
    return admitting.release_proposal(actor, proposal, waits_until=at or read(proposal), check_period=WEEK)


def notes(person: User) -> list[str]:
    return list(db.session.scalars(select(Notification.kind).where(Notification.user_id == person.id)))


class TestHandingIn:
    def test_what_known_people_hand_in_is_public_before_the_check(self, app):
        made = proposals.draft(user(admitted=1))
        assert hand_in(made)
        assert by_number(made.number, None) is made

    def test_what_new_people_hand_in_stays_a_draft(self, app):
        made = waits()
        assert (made.state, made.number, made.submitted_at) == (ProposalState.DRAFT, None, None)
        assert now() < made.waits_until <= now() + DAY

    def test_an_initiative_and_a_proposal_that_was_public_do_not_wait(self, app):
        delegate = user()
        group = initiative(delegate)
        assert hand_in(proposals.draft(delegate, initiative_id=group.id))
        returned = proposals.proposal(state=ProposalState.SUBMITTED)
        operations.send_back(moderator(), returned, "Es fehlt etwas.")
        assert hand_in(returned)

    def test_a_change_takes_it_back(self, app):
        made = waits()
        operations.save_draft(made.author, made.node, proposals.writing(), base_revision=1, draft=made)
        assert made.waits_until is None
        with pytest.raises(NotWaiting):
            admitting.release_proposal(moderator(), made, waits_until="", check_period=WEEK)

    def test_three_at_most(self, app):
        person = user()
        for _ in range(3):
            waits(person)
        with pytest.raises(TooManyWaiting):
            waits(person)

    def test_the_database_lets_only_drafts_wait(self, app):
        made = proposals.proposal()
        with pytest.raises(IntegrityError, match="waits_as_draft"), db.session.begin_nested():
            db.session.execute(text("UPDATE proposals SET waits_until = '2026-11-23' WHERE id = :id"), {"id": made.id})


class TestDeciding:
    def test_released_it_is_handed_in_and_told(self, app):
        made = waits()
        assert release(moderator(), made)
        assert (made.state, made.waits_until) == (ProposalState.SUBMITTED, None)
        assert by_number(made.number, None) is made
        assert notes(made.author) == ["proposal_released"]
        db.session.refresh(made.author)
        assert made.author.admitted == 1

    def test_the_second_is_told_so(self, app):
        made = waits()
        at = read(made)
        release(moderator(), made)
        with pytest.raises(AlreadyDecided):
            release(moderator(), made, at)

    def test_nobody_else_and_nobody_their_own(self, app):
        made = waits()
        for other in (user(), made.author):
            with pytest.raises(Denied):
                release(other, made)

    def test_a_text_saved_anew_is_read_again(self, app):
        made = waits()
        at = read(made)
        operations.save_draft(
            made.author, made.node, proposals.writing(title="Die Spree auch nennen"), base_revision=1, draft=made
        )
        hand_in(made)
        with pytest.raises(TextMoved):
            release(moderator(), made, at)

    def test_where_the_wording_changed_it_goes_back(self, app):
        made = waits()
        made.node.body = "Ein neuer Wortlaut"
        db.session.flush()
        assert not release(moderator(), made)
        assert (made.state, made.waits_until, made.number) == (ProposalState.DRAFT, None, None)
        assert notes(made.author) == ["proposal_returned"]
        with pytest.raises(WordingChanged):
            hand_in(made)

    def test_refused_nobody_reads_it_and_its_author_gets_the_reasons(self, app):
        made = waits()
        decision = admitting.refuse_proposal(
            moderator(), made, moderating.ruling(), waits_until=read(made), check_period=WEEK
        )
        assert made.hidden_for == decision.ground
        assert made.number
        assert "decision_made" in notes(made.author)
        assert "proposal_released" not in notes(made.author)


class TestLock:
    def test_what_another_took_is_left_alone_for_half_an_hour(self, app):
        made, me, other = waits(), moderator(), moderator("Wendt")
        admitting.take_proposal(other, made)
        for deed in (lambda: release(me, made), lambda: admitting.take_proposal(me, made), lambda: refuse(me, made)):
            with pytest.raises(Denied, match="Denied"):
                deed()
        assert made.waits_until is not None
        (task,) = [task for task in work_queue(me, now(), PERIODS) if task.kind is TaskKind.FIRST_PROPOSAL]
        assert (task.mine_not, str(task.note)) == (True, "Wendt ist daran.")
        (task,) = [task for task in work_queue(other, now(), PERIODS) if task.kind is TaskKind.FIRST_PROPOSAL]
        assert not task.mine_not
        waiting.desk(made).taken_until = now() - timedelta(seconds=1)
        assert release(me, made)

    def test_given_back_it_is_free_and_only_by_whoever_has_it(self, app):
        made, me, other = waits(), moderator(), moderator()
        admitting.take_proposal(other, made)
        admitting.give_back_proposal(me, made)
        assert waiting.desk(made).taken_by_id == other.id
        admitting.give_back_proposal(other, made)
        assert release(me, made)

    def test_nobody_takes_their_own_nor_what_is_decided(self, app):
        made = waits()
        made.author.role = Role.MODERATOR
        with pytest.raises(Denied):
            admitting.take_proposal(made.author, made)
        assert release(moderator(), made)
        with pytest.raises(AlreadyDecided):
            admitting.take_proposal(moderator(), made)

    def test_a_text_handed_in_anew_is_free_and_waits_from_then_on(self, app):
        made = waits()
        admitting.take_proposal(moderator(), made)
        waiting.desk(made).handed_in_at = now() - DAY
        operations.save_draft(made.author, made.node, proposals.writing(), base_revision=1, draft=made)
        hand_in(made)
        first = waiting.desk(made)
        assert first.taken_by_id is None
        assert first.handed_in_at > now() - DAY / 2

    def test_a_draft_thrown_away_takes_its_row_along(self, app):
        made = waits()
        operations.save_draft(made.author, made.node, proposals.writing(), base_revision=1, draft=made)
        operations.discard_draft(made.author, made)
        assert db.session.scalar(select(func.count()).select_from(FirstProposal)) == 0

    def test_of_two_at_once_one_has_it(self, separate_app):
        with separate_app.app_context(), transaction():
            ident, people = waits().id, [moderator().id, moderator().id]

        def take(person: int):
            def work() -> str:
                admitting.take_proposal(db.session.get_one(User, person), db.session.get_one(Proposal, ident))
                return "taken"

            return work

        came = together(separate_app, [take(person) for person in people])
        assert came.count("taken") == 1
        assert [type(one) for one in came if one != "taken"] == [Denied]
        with separate_app.app_context():
            held = db.session.get_one(FirstProposal, ident)
            assert held.taken_by_id == people[came.index("taken")]


def refuse(actor: User, proposal: Proposal):
    return admitting.refuse_proposal(
        actor, proposal, moderating.ruling(), waits_until=read(proposal), check_period=WEEK
    )


class TestFigures:
    def test_they_equal_what_happened(self, app):
        me, half = moderator(), openness.half_of(now())
        late = waits()
        waiting.desk(late).handed_in_at = now() - timedelta(hours=4)
        release(me, late)
        refuse(me, waits())
        waits()
        told = openness.figures(half)
        assert (told.first_proposals_released, told.first_proposals_refused) == (1, 1)
        assert told.hours_to_proposal == pytest.approx(4, abs=0.1)
        assert (told.first_released, told.first_refused) == (0, 0)
        before = openness.figures(half.before)
        assert (before.first_proposals_released, before.hours_to_proposal) == (0, None)


@pytest.mark.one_database
class TestPages:
    @pytest.fixture(autouse=True)
    def _waits(self, app):
        app.config["FIRST_CONTRIBUTION_WAITS"], before = 1, app.config["FIRST_CONTRIBUTION_WAITS"]
        yield
        app.config["FIRST_CONTRIBUTION_WAITS"] = before

    def test_from_review_to_release(self, app, client):
        person = user("Jurij")
        made = proposals.draft(person, title=f"Eine {WORD}")
        db.session.commit()
        log_in(client, person)
        review = f"/vorschlaege/entwurf/{made.id}/pruefen"
        page = client.get(review).text
        assert "Sie schlagen hier zum ersten Mal etwas vor." in page
        assert client.post(review, data={"csrf_token": token_in(page)}).location == review
        page = client.get(review).text
        assert "wartet jetzt auf die Moderation" in page
        assert ">Einreichen<" not in page

        reader, stranger, desk = app.test_client(), app.test_client(), app.test_client()
        log_in(stranger, user())
        log_in(desk, moderator())
        for path in ("/", "/vorschlaege", f"/strategie/{made.node_id}", f"/personen/{person.id}?ansicht=vorschlaege"):
            for other in (reader, stranger):
                assert WORD not in other.get(path).text
        for path in (review, f"/vorschlaege/entwurf/{made.id}"):
            assert stranger.get(path).status_code == 404
        own = f"/moderation/erster-vorschlag/{made.id}"
        assert stranger.get(own).status_code == 403
        queue = desk.get("/moderation").text
        assert own in queue
        assert "<span>Erster Vorschlag</span>" in queue
        assert "<span>Erster Beitrag</span>" not in queue
        page = desk.get(own).text
        assert WORD in page
        fields = {"csrf_token": token_in(page), "version": read(made)}
        answer = desk.post(own, data=fields | {"measure": "hide", "rule": "3", "facts": ""})
        assert answer.status_code == 422
        assert desk.post(f"{own}/freigeben", data=fields).location == "/moderation"
        second = desk.post(f"{own}/freigeben", data=fields)
        assert second.status_code == 409
        assert "Jemand war schneller" in second.text
        assert WORD in reader.get("/vorschlaege").text

    def test_a_decision_against_it(self, app, client):
        made = waits()
        db.session.commit()
        log_in(client, moderator())
        own = f"/moderation/erster-vorschlag/{made.id}"
        ruling = {"measure": "hide", "rule": "3", "facts": "Nennt eine Adresse.", "version": read(made)}
        answer = client.post(own, data={"csrf_token": token_in(client.get(own).text), **ruling})
        assert answer.location.startswith("/entscheidung/")
        assert WORD not in app.test_client().get("/vorschlaege").text
        assert db.session.scalar(select(func.count()).where(Proposal.hidden_for.is_not(None))) == 1

    def test_take_and_give_back(self, app, client):
        made = waits()
        db.session.commit()
        log_in(client, moderator("Wendt"))
        own = f"/moderation/erster-vorschlag/{made.id}"
        page = client.get(own).text
        assert "Vorschlag übernehmen" in page
        token = {"csrf_token": token_in(page)}
        assert client.post(f"{own}/uebernehmen", data=token).location == own
        assert "Sie haben diesen Vorschlag bis" in client.get(own).text
        second = app.test_client()
        log_in(second, moderator())
        page = second.get(own).text
        assert "Wendt hat diesen Vorschlag übernommen" in page
        assert f"{own}/freigeben" not in page
        refused = second.post(f"{own}/uebernehmen", data={"csrf_token": token_in(page)}, follow_redirects=True)
        assert "Wendt hat diesen Vorschlag übernommen" in refused.text
        assert client.post(f"{own}/zurueckgeben", data=token).location == "/moderation"
        assert f"{own}/freigeben" in second.get(own).text

    def test_the_next_item_is_taken_at_once(self, app, client):
        made, me = waits(), moderator()
        db.session.commit()
        log_in(client, me)
        token = token_in(client.get(f"/moderation/erster-vorschlag/{made.id}").text)
        answer = client.post("/moderation/naechster", data={"csrf_token": token})
        assert answer.location.endswith(f"/moderation/erster-vorschlag/{made.id}")
        assert waiting.desk(made).taken_by_id == me.id

    def test_other_drafts_stay_their_authors_own(self, app, client):
        made = proposals.draft()
        db.session.commit()
        log_in(client, moderator())
        assert client.get(f"/moderation/erster-vorschlag/{made.id}").status_code == 404
