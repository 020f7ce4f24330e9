"""Bursts: flagged for people to look at, counted apart, never discarded, forgotten in time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError

from participation.accounts.models import Role, User
from participation.base.clock import now
from participation.base.db import db, transaction
from participation.base.verdict import Denied
from participation.dialogue.counters import recount
from participation.dialogue.leaving import take_back_votes
from participation.dialogue.models import ApartVote, Ballot, Stance
from participation.dialogue.policy import may_vote
from participation.dialogue.queries import standing
from participation.dialogue.votes import cast_vote, set_apart, take_in
from participation.moderation import bursts, openness
from participation.moderation.burst_models import Burst, BurstKind, BurstMember, BurstRuling, BurstState, Sighting
from participation.moderation.queries import TaskKind, work_queue
from participation.moderation.sightings import Thresholds, crowd, detect, forget, sight
from participation.outcomes.operations import begin_evaluation
from participation.privacy.retention import RULES
from participation.strategy.models import Node
from participation.web.networks import mark
from tests.factories import bursts as make
from tests.factories.accounts import moderator, user
from tests.factories.outcomes import NODE, node_comment
from tests.races import together

PERIODS = dict.fromkeys(("verification", "evaluation", "approval", "status"), timedelta(days=7))


def sums() -> tuple[int, int, int, int]:
    found = make.thread()
    db.session.refresh(found)
    return found.yes, found.no, found.abstain, found.apart


class TestNetworks:
    @pytest.mark.parametrize(
        ("one", "other", "same"),
        [
            ("203.0.113.5", "203.0.113.250", True),
            ("203.0.113.5", "203.0.114.5", False),
            ("2001:db8:1::1", "2001:db8:1:ffff::9", True),
            ("2001:db8:1::1", "2001:db8:2::1", False),
            ("::ffff:203.0.113.5", "203.0.113.9", True),
            ("fe80::1%eth0", "fe80::2", True),
        ],
    )
    def test_neighbours_share_a_mark(self, one, other, same):
        assert (mark(one, "geheim") == mark(other, "geheim")) is same

    def test_the_mark_tells_no_address(self):
        assert mark("203.0.113.5", "geheim") != mark("203.0.113.5", "anders")
        assert "203" not in mark("203.0.113.5", "geheim")[:3]
        assert len(mark("203.0.113.5", "geheim")) == 16

    def test_what_is_no_address_has_none(self):
        assert mark("", "geheim") == mark("unix", "geheim") == ""


class TestCrowd:
    AT = now()

    def seen(self, *minutes: int) -> list:
        return [(place, self.AT + timedelta(minutes=at)) for place, at in enumerate(minutes)]

    def people(self, *minutes: int) -> list[int]:
        return [who for who, _at in crowd(self.seen(*minutes), 3, timedelta(minutes=10))]

    def test_three_within_ten_minutes(self):
        assert self.people(0, 5, 10) == [0, 1, 2]

    def test_too_far_apart(self):
        assert self.people(0, 6, 12, 18) == []

    def test_early_and_late_ones_do_not_belong(self):
        assert self.people(0, 60, 61, 62, 120) == [1, 2, 3]

    def test_a_crowd_that_goes_on_is_one(self):
        assert self.people(0, 4, 8, 12, 16) == [0, 1, 2, 3, 4]

    def test_two_crowds(self):
        assert self.people(0, 1, 2, 50, 100, 101, 102) == [0, 1, 2, 4, 5, 6]


class TestDetecting:
    def test_ten_votes_of_one_network_in_half_an_hour(self, app):
        voters = make.votes(10)
        assert make.flag() == 1
        found = db.session.scalars(select(Burst)).one()
        assert (found.kind, found.people, found.young, found.state) == (BurstKind.VOTES, 10, 10, BurstState.OPEN)
        assert found.thread_id == make.thread().id
        assert set(db.session.scalars(select(BurstMember.user_id))) == {voter.id for voter in voters}
        assert sums() == (10, 0, 0, 0), "flagging changes no count"

    def test_nine_are_none(self, app):
        make.votes(9)
        assert make.flag() == 0

    def test_ten_in_an_hour_are_none(self, app):
        make.votes(10, spread=6)
        assert make.flag() == 0

    def test_ten_of_two_networks_are_none(self, app):
        make.votes(5)
        make.votes(5, network="fedcba9876543210")
        assert make.flag() == 0

    def test_zero_turns_it_off(self, app):
        make.votes(12)
        assert detect(now(), Thresholds(0, 0, 30), make.DUE) == 0

    def test_twice_is_once_and_an_open_burst_grows(self, app):
        make.votes(10)
        assert (make.flag(), make.flag()) == (1, 0)
        make.votes(3)
        assert make.flag() == 0
        assert db.session.scalars(select(Burst.people)).all() == [13]

    def test_what_was_decided_is_not_flagged_again(self, app):
        found, _voters = make.burst()
        bursts.decide(moderator(), found, BurstState.HARMLESS, "Klasse 9b, angekündigt.")
        assert make.flag() == 0

    @pytest.mark.parametrize("kind", [BurstKind.ACCOUNTS, BurstKind.CONTRIBUTIONS])
    def test_accounts_and_contributions(self, app, kind):
        for _ in range(5):
            sight(make.NETWORK, kind, user().id)
        assert make.flag() == 1
        found = db.session.scalars(select(Burst)).one()
        assert (found.kind, found.thread_id, len(bursts.people(found))) == (kind, None, 5)

    def test_one_person_is_no_burst(self, app):
        person = user()
        for _ in range(12):
            sight(make.NETWORK, BurstKind.CONTRIBUTIONS, person.id)
        assert db.session.scalar(select(func.count()).select_from(Sighting)) == 1
        assert make.flag() == 0

    def test_a_vote_costs_one_statement_more(self, app, statements):
        person, thread = user(), make.thread()
        with statements() as counted:
            sight(make.NETWORK, BurstKind.VOTES, person.id, thread_id=thread.id)
        assert counted.number == 1

    def test_only_one_burst_of_a_network_is_open(self, app):
        found, _voters = make.burst()
        db.session.add(
            Burst(
                kind=found.kind,
                thread_id=found.thread_id,
                network=found.network,
                first_at=found.first_at,
                last_at=found.last_at,
                people=0,
                due_at=found.due_at,
            )
        )
        with pytest.raises(IntegrityError), db.session.begin_nested():
            db.session.flush()


class TestForgetting:
    def test_networks_go_and_members_stay_until_somebody_decided(self, app):
        found, voters = make.burst()
        old = now() - timedelta(days=8)
        db.session.execute(update(Sighting).values(at=old))
        db.session.execute(update(Burst).values(first_at=old, last_at=old))
        (rule,) = [rule for rule in RULES if rule.kind == "sightings"]
        assert app.config["PERIODS"][rule.period] <= timedelta(days=6), "swept once a day, so gone after seven"
        assert rule.sweep(now() - app.config["PERIODS"][rule.period]) == 11
        db.session.refresh(found)
        assert found.network is None
        assert db.session.scalar(select(func.count()).select_from(Sighting)) == 0
        assert bursts.decide(moderator(), found, BurstState.APART, "Nichts erklärt sie.").votes == len(voters)

    def test_what_is_younger_stays(self, app):
        make.burst()
        assert forget(now() - timedelta(days=6)) == 0

    def test_harmless_ones_forget_who_took_part(self, app):
        found, _voters = make.burst()
        bursts.decide(moderator(), found, BurstState.HARMLESS, "Rathaus Guben.")
        assert db.session.scalar(select(func.count()).select_from(BurstMember)) == 0
        assert found.people == 10


class TestCountingApart:
    @pytest.fixture
    def apart(self, app):
        make.votes(4, network="fedcba9876543210", stance=Stance.NO)
        found, voters = make.burst()
        bursts.decide(moderator(), found, BurstState.APART, "Zehn neue Konten in zehn Minuten.")
        return found, voters

    def test_out_of_the_bars_and_nothing_is_lost(self, apart):
        assert sums() == (0, 4, 0, 10)
        assert recount(make.thread().id) == []
        assert db.session.scalar(select(func.count()).select_from(Ballot)) == 14
        assert sum(tally.votes for tally in standing(make.thread(), None).tallies) == 4

    def test_reversible(self, apart):
        found, _voters = apart
        ruling = bursts.decide(moderator(), found, BurstState.HARMLESS, "Doch eine Klasse.")
        assert (sums(), ruling.votes) == ((10, 4, 0, 0), 10)
        assert recount(make.thread().id) == []
        assert db.session.scalar(select(func.count()).select_from(ApartVote)) == 0
        assert db.session.scalar(select(func.count()).select_from(BurstRuling)) == 2

    def test_changing_or_renewing_it_leads_nowhere(self, apart):
        _found, (voter, *_others) = apart
        cast_vote(voter, make.thread(), Stance.NO)
        assert sums() == (0, 4, 0, 10)
        cast_vote(voter, make.thread(), None)
        assert sums() == (0, 4, 0, 9)
        cast_vote(voter, make.thread(), Stance.YES)
        assert sums() == (0, 4, 0, 10)
        assert recount(make.thread().id) == []

    def test_who_is_told(self, apart):
        _found, (voter, *_others) = apart
        assert standing(make.thread(), voter).mine_apart
        assert not standing(make.thread(), user()).mine_apart

    def test_a_deleted_account_takes_its_vote_along(self, apart):
        found, (voter, *_others) = apart
        take_back_votes(voter.id)
        assert sums() == (0, 4, 0, 9)
        assert recount(make.thread().id) == []
        db.session.execute(delete(BurstMember).where(BurstMember.user_id == voter.id))
        bursts.decide(moderator(), found, BurstState.HARMLESS, "Doch eine Klasse.")
        assert sums() == (9, 4, 0, 0)
        assert recount(make.thread().id) == []

    def test_only_this_thread(self, apart):
        _found, (voter, *_others) = apart
        comment = node_comment(node_id="lcg-sofort-kulturhauptstadt")
        cast_vote(voter, comment.thread, Stance.YES)
        db.session.refresh(comment.thread)
        assert (comment.thread.yes, comment.thread.apart) == (1, 0)

    def test_an_evaluation_freezes_them_apart(self, apart):
        node_comment()
        node, due = db.session.get(Node, NODE), now() + timedelta(days=7)
        outcome = begin_evaluation(moderator(), thread=make.thread(), due_at=due, node=node)
        assert (outcome.votes_yes, outcome.votes_no, outcome.votes_apart) == (0, 4, 10)

    def test_another_burst_keeps_its_own(self, apart):
        found, voters = apart
        other = Burst(
            kind=BurstKind.VOTES,
            thread_id=found.thread_id,
            network="aaaaaaaaaaaaaaaa",
            first_at=now(),
            last_at=now(),
            people=1,
            due_at=now(),
        )
        db.session.add(other)
        db.session.flush()
        db.session.add(BurstMember(burst_id=other.id, user_id=voters[0].id))
        bursts.decide(moderator(), other, BurstState.APART, "Dasselbe noch einmal.")
        bursts.decide(moderator(), found, BurstState.HARMLESS, "Doch eine Klasse.")
        assert sums() == (9, 4, 0, 1)
        assert recount(make.thread().id) == []

    def test_taking_in_what_is_not_apart_changes_nothing(self, apart):
        take_in(make.thread(), [user().id])
        assert sums() == (0, 4, 0, 10)


class TestPolicy:
    @pytest.mark.parametrize("role", [Role.RESIDENT, Role.OPERATOR])
    def test_only_moderators_decide(self, app, role):
        found, _voters = make.burst()
        with pytest.raises(Denied):
            bursts.decide(user(role=role), found, BurstState.HARMLESS, "Harmlos.")
        assert found.state is BurstState.OPEN

    def test_not_about_oneself(self, app):
        found, _voters = make.burst()
        me = moderator()
        db.session.add(BurstMember(burst_id=found.id, user_id=me.id))
        db.session.flush()
        with pytest.raises(Denied, match="Denied"):
            bursts.decide(me, found, BurstState.HARMLESS, "Harmlos.")
        (task,) = [task for task in work_queue(me, now(), PERIODS) if task.kind is TaskKind.BURST]
        assert task.mine_not

    def test_not_what_another_one_has(self, app):
        found, _voters = make.burst()
        bursts.take(moderator("Bert Nowak"), found)
        with pytest.raises(Denied):
            bursts.decide(moderator(), found, BurstState.HARMLESS, "Harmlos.")
        with pytest.raises(Denied):
            bursts.take(moderator(), found)

    def test_never_without_a_reason(self, app):
        found, _voters = make.burst()
        with pytest.raises(bursts.BurstReasonMissing):
            bursts.decide(moderator(), found, BurstState.APART, "  ")
        assert sums() == (10, 0, 0, 0)

    def test_accounts_are_never_set_apart(self, app):
        for _ in range(5):
            sight(make.NETWORK, BurstKind.ACCOUNTS, user().id)
        make.flag()
        found = db.session.scalars(select(Burst)).one()
        with pytest.raises(bursts.UnfitResult):
            bursts.decide(moderator(), found, BurstState.APART, "Viele.")
        bursts.decide(moderator(), found, BurstState.FOLLOWED, "Zwei Fälle angelegt.")
        with pytest.raises(Denied):
            bursts.decide(moderator(), found, BurstState.HARMLESS, "Doch nicht.")

    def test_voters_are_not_named(self, app):
        found, _voters = make.burst()
        assert bursts.people(found) == []

    def test_it_waits_in_the_queue_with_a_due_date(self, app):
        found, _voters = make.burst()
        (task,) = [task for task in work_queue(moderator(), now(), PERIODS) if task.kind is TaskKind.BURST]
        assert (task.due_at, task.mine_not, task.overdue) == (found.due_at, False, False)

    def test_only_confirmed_accounts_are_counted(self, app):
        unconfirmed, thread = user(confirmed=False), make.thread()
        assert not may_vote(unconfirmed, thread)
        with pytest.raises(Denied):
            cast_vote(unconfirmed, thread, Stance.YES)
        assert sums() == (0, 0, 0, 0)


class TestAtOnce:
    @pytest.fixture
    def here(self, separate_app):
        with separate_app.app_context():
            with transaction():
                voters = [voter.id for voter in make.votes(10)]
                moderators = [moderator().id for _ in range(2)]
            yield separate_app, voters, moderators

    def test_two_keepers_flag_one_burst_and_two_moderators_decide_once(self, here):
        app, _voters, moderators = here
        together(app, [make.flag] * 4)
        (found,) = db.session.scalars(select(Burst.id)).all()
        db.session.rollback()

        def decide(who: int):
            return lambda: bursts.decide(
                db.session.get(User, who), db.session.get(Burst, found), BurstState.APART, "Nichts erklärt sie."
            )

        outcomes = together(app, [decide(who) for who in moderators])
        assert sum(isinstance(one, BurstRuling) for one in outcomes) == 1
        assert db.session.scalar(select(func.count()).select_from(BurstRuling)) == 1
        assert recount() == []
        assert sums() == (0, 0, 0, 10)

    def test_counters_stay_right_while_people_change_their_votes(self, here):
        app, voters, _moderators = here

        def change(who: int):
            return lambda: cast_vote(db.session.get(User, who), make.thread(), Stance.NO)

        for _round in range(3):
            together(
                app,
                [
                    lambda: set_apart(make.thread(), voters) and None,
                    *(change(who) for who in voters[:4]),
                    lambda: take_in(make.thread(), voters[:5]) and None,
                ],
            )
            assert recount() == []
            db.session.rollback()


class TestFigures:
    def test_flagged_and_decided_ones_are_counted(self, app):
        half = openness.half_of(now())
        nothing = openness.figures(half)
        assert (nothing.bursts.total(), nothing.bursts_decided.total(), nothing.votes_apart) == (0, 0, 0)
        found, _voters = make.burst()
        make.accounts()
        bursts.decide(moderator(), found, BurstState.APART, "Alle Konten von heute.")
        told = openness.figures(half)
        assert told.bursts == {BurstKind.VOTES: 1, BurstKind.ACCOUNTS: 1}
        assert told.bursts_decided == {BurstState.APART: 1}
        assert told.votes_apart == 10
        bursts.decide(moderator(), found, BurstState.HARMLESS, "Doch eine Klasse.")
        told = openness.figures(half)
        assert told.bursts_decided == {BurstState.APART: 1, BurstState.HARMLESS: 1}
        assert told.votes_apart == 10, "what happened is told, also where it was taken back"
        assert openness.figures(half.before).bursts.total() == 0

    def test_a_half_year_with_nothing_but_a_burst_has_a_report(self, app):
        found, _voters = make.burst()
        found.opened_at = now() - timedelta(days=200)
        db.session.flush()
        assert openness.half_of(found.opened_at) in openness.halves(now())

    @pytest.mark.one_database
    def test_the_page_tells_them(self, app, client):
        found, _voters = make.burst()
        bursts.decide(moderator(), found, BurstState.APART, "Alle Konten von heute.")
        db.session.commit()
        page = client.get(f"/transparenz/{openness.half_of(now()).key}").text
        part = page[page.index('id="haeufungen"') :]
        part = part[: part.index("</section>")]
        assert "Entschieden: getrennt ausgewiesen" in part
        assert "10" in part
