"""Removing: the text is gone from every row at once, comes back by a reversal, and goes for good after the period."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from participation.base.clock import now
from participation.base.db import Base, db
from participation.dialogue.models import CommentState, CommentVersion
from participation.dialogue.operations import edit_comment
from participation.moderation import appealing, deciding, older, quoting, sealing
from participation.moderation.deciding import GoneForGood, PassageMissing
from participation.moderation.models import Decision, Measure, Sealed
from participation.moderation.policy import APPEAL_PERIOD
from participation.moderation.targets import of_comment, of_proposal
from participation.privacy import departures
from participation.privacy.retention import RULES
from participation.proposals.hiding import REMOVED
from participation.proposals.models import ProposalVersion
from tests.factories import moderation as make
from tests.factories import proposals
from tests.factories.accounts import log_in, moderator
from tests.factories.outcomes import node_comment

WORD = "Quittenbrot"
WEEKS = timedelta(days=14)
SEALED_RULE = next(rule for rule in RULES if rule.kind == "sealed")


def removed_comment():
    comment = node_comment(body=f"Ein {WORD} für alle.")
    edit_comment(comment.author, comment, f"Zwei {WORD} für alle.", expected_version=comment.version)
    return comment, make.decision(of_comment(comment), measure=Measure.REMOVE, passage="ein Wort daraus")


def removed_proposal():
    proposal = proposals.proposal(title=f"Mehr {WORD}", supporters=2)
    return proposal, make.decision(of_proposal(proposal), measure=Measure.REMOVE, passage="ein Wort daraus")


def appeal_against(decision: Decision):
    return appealing.appeal(decision.case.author, decision, "Das war nur ein Rezept.", period=WEEKS)


def everywhere(word: str) -> set[str]:
    """Return the tables in which a word stands anywhere, the sealed texts left out."""
    db.session.flush()
    found = set()
    for table in Base.metadata.tables.values():
        if table.name == "sealed_texts":
            continue
        rows = db.session.execute(select(table)).all()
        if any(word in str(value) for row in rows for value in row):
            found.add(table.name)
    return found


class TestAtOnce:
    def test_no_row_holds_the_text_of_a_comment_any_more(self, app):
        comment, _decision = removed_comment()
        assert everywhere(WORD) == set()
        assert (comment.state, comment.body, comment.html) == (CommentState.HIDDEN, "", "")
        assert "entfernt" in comment.state_reason

    def test_nor_that_of_a_proposal(self, app):
        proposal, _decision = removed_proposal()
        assert everywhere(WORD) == set()
        assert (proposal.title, proposal.reason, proposal.wording) == (REMOVED, "", "")
        assert proposal.supporter_count == 2
        versions = db.session.scalars(select(ProposalVersion).where(ProposalVersion.proposal_id == proposal.id)).all()
        assert versions
        assert {one.title for one in versions} == {REMOVED}

    def test_hiding_keeps_it(self, app):
        comment = node_comment(body=f"Ein {WORD} für alle.")
        make.decision(of_comment(comment))
        assert WORD in comment.html
        assert sealing.sealed(of_comment(comment)) is None

    def test_a_passage_is_compulsory(self, app):
        comment = node_comment()
        with pytest.raises(PassageMissing):
            make.decision(of_comment(comment), measure=Measure.REMOVE, passage=" ")


class TestWhoReads:
    def test_the_author_reads_the_passage_and_nothing_else(self, app):
        comment, decision = removed_comment()
        db.session.commit()
        client = app.test_client()
        log_in(client, comment.author)
        for path in (f"/entscheidung/{decision.id}", f"/beitrag/{comment.id}", f"/personen/{comment.author_id}"):
            answer = client.get(path)
            assert answer.status_code == 200, path
            assert WORD not in answer.text, path
        assert "ein Wort daraus" in client.get(f"/entscheidung/{decision.id}").text

    def test_only_another_moderator_of_an_open_appeal_reads_it(self, app):
        comment, decision = removed_comment()
        first, second = decision.moderator, moderator()
        appeal = appeal_against(decision)
        db.session.commit()
        paths = [f"/moderation/widerspruch/{appeal.id}", f"/moderation/fall/{decision.case_id}",
                 f"/moderation/beitrag/{comment.id}", f"/entscheidung/{decision.id}"]  # fmt: skip
        readers = {}
        for who, person in (("first", first), ("second", second)):
            client = app.test_client()
            log_in(client, person)
            answers = [client.get(path) for path in paths]
            assert [answer.status_code for answer in answers] == [200] * 4
            readers[who] = [WORD in answer.text for answer in answers]
        assert readers == {"first": [False] * 4, "second": [True, False, False, False]}

    def test_nobody_once_it_is_decided(self, app):
        _comment, decision = removed_comment()
        appeal = appeal_against(decision)
        assert sealing.for_appeal(appeal, may_decide=True)
        appealing.decide_appeal(moderator(), appeal, upheld=False, answer="Es bleibt dabei.")
        assert sealing.for_appeal(appeal, may_decide=True) == []

    def test_nobody_once_the_period_is_over(self, app):
        _comment, decision = removed_comment()
        appeal = appeal_against(decision)
        db.session.get_one(Sealed, decision.id).until = now()
        assert sealing.for_appeal(appeal, may_decide=True) == []


class TestReversal:
    def test_a_comment_comes_back_with_its_history(self, app):
        comment, decision = removed_comment()
        appealing.decide_appeal(moderator(), appeal_against(decision), upheld=True, answer="Stimmt.")
        assert comment.state is CommentState.VISIBLE
        assert comment.body == f"Zwei {WORD} für alle."
        assert WORD in comment.html
        earlier = db.session.scalars(select(CommentVersion).where(CommentVersion.comment_id == comment.id)).one()
        assert earlier.body == f"Ein {WORD} für alle."
        assert db.session.get(Sealed, decision.id) is None

    def test_a_proposal_comes_back_with_its_versions(self, app):
        proposal, decision = removed_proposal()
        appealing.decide_appeal(moderator(), appeal_against(decision), upheld=True, answer="Stimmt.")
        assert (proposal.hidden_for, proposal.title, proposal.supporter_count) == (None, f"Mehr {WORD}", 2)
        assert proposal.reason_html
        version = db.session.get_one(ProposalVersion, (proposal.id, proposal.version))
        assert version.title == f"Mehr {WORD}"

    def test_so_it_does_when_moderators_show_it_again(self, app):
        comment, _decision = removed_comment()
        make.hide(comment, measure=Measure.RESTORE)
        assert WORD in comment.html


class TestForGood:
    def late(self, decision: Decision) -> None:
        moment = now() - timedelta(seconds=1)
        db.session.execute(update(Sealed).where(Sealed.decision_id == decision.id).values(until=moment))

    def test_the_daily_sweep_deletes_it_after_the_period(self, app):
        comment, decision = removed_comment()
        kept = db.session.get_one(Sealed, decision.id)
        assert kept.until == decision.at + APPEAL_PERIOD
        assert SEALED_RULE.sweep(now()) == 0
        self.late(decision)
        assert SEALED_RULE.sweep(now()) == 1
        db.session.refresh(kept)
        assert kept.content is None
        assert kept.gone_at is not None
        assert SEALED_RULE.sweep(now()) == 0
        case = deciding.open_case(moderator(), of_comment(comment), due=WEEKS)
        with pytest.raises(GoneForGood):
            deciding.decide(moderator(), case, make.ruling(Measure.RESTORE))

    def test_an_open_objection_holds_it_up(self, app):
        _comment, decision = removed_comment()
        appeal = appeal_against(decision)
        self.late(decision)
        assert SEALED_RULE.sweep(now()) == 0
        appealing.decide_appeal(moderator(), appeal, upheld=False, answer="Es bleibt dabei.")
        assert SEALED_RULE.sweep(now()) == 1

    def test_an_account_that_takes_its_texts_along_takes_this_one_too(self, app):
        _comment, decision = removed_comment()
        author = decision.case.author
        departures._take_out(author, remove=True)
        assert db.session.get_one(Sealed, decision.id, populate_existing=True).content is None


SAID = "Dein Nachbar Hans aus dem Lindenweg hat nie gearbeitet, das weiß jeder."


class TestQuoted:
    """What reports, reasons and objections quote goes under the same seal."""

    def quoted_case(self):
        comment = node_comment(body=f"Frag doch alle.\n\n{SAID}")
        told = make.report(
            of_comment(comment), explanation='Da steht: "Hans aus dem  LINDENWEG hat nie gearbeitet". So geht es nicht.'
        )
        facts = "Der Satz „Hans aus dem Lindenweg hat nie gearbeitet“ nennt einen Menschen, der nicht auftritt."
        ruling = make.ruling(Measure.REMOVE, facts=facts, passage="hat nie gearbeitet, das weiß jeder")
        return comment, told, deciding.decide(moderator(), told.case, ruling)

    def test_it_is_marked_and_the_rest_stays(self, app):
        _comment, told, decision = self.quoted_case()
        assert told.explanation == 'Da steht: "[…]". So geht es nicht.'
        assert decision.facts == "Der Satz „[…]“ nennt einen Menschen, der nicht auftritt."
        assert decision.passage == "hat nie gearbeitet, das weiß jeder"
        assert everywhere("Lindenweg") == set()
        assert everywhere("LINDENWEG") == set()

    def test_a_reversal_brings_it_back(self, app):
        comment, told, decision = self.quoted_case()
        before = sealing.sealed(of_comment(comment)).content["quoted"]
        assert len(before) == 2
        appealing.decide_appeal(moderator(), appeal_against(decision), upheld=True, answer="Stimmt.")
        assert "LINDENWEG" in told.explanation
        assert "Lindenweg" in decision.facts
        assert SAID in comment.body

    def test_after_the_period_nothing_brings_it_back(self, app):
        _comment, told, decision = self.quoted_case()
        SEALED_RULE.sweep(decision.at + APPEAL_PERIOD)
        assert db.session.scalars(select(Sealed.content)).all() == [None]
        assert "[…]" in told.explanation

    def test_an_earlier_decision_about_it_is_searched_too(self, app):
        comment = node_comment(body=SAID)
        first = make.hide(comment, facts=f"Hier: {SAID}", passage="Hans aus dem Lindenweg hat nie gearbeitet")
        deciding.decide(
            moderator(),
            deciding.open_case(moderator(), of_comment(comment), due=WEEKS),
            make.ruling(Measure.RESTORE, rule=None),
        )
        make.hide(comment, measure=Measure.REMOVE, facts="Ein Name.", passage="das weiß jeder")
        assert (first.facts, first.passage) == ("Hier: […].", "[…]")

    @pytest.mark.one_database
    @pytest.mark.parametrize(
        ("text", "said", "spared", "left"),
        [
            ("Eins zwei drei vier fünf", "eins, zwei: drei VIER fünf!", "", "[…]"),
            ("Eins zwei drei vier", "eins zwei drei vier fünf", "", "Eins zwei drei vier"),
            ("Er rief: Hau ab! Mehr nicht.", "Hau ab", "", "Er rief: […]! Mehr nicht."),
            ("Er rief: Hau ab!", "Hau ab", "hau ab", "Er rief: Hau ab!"),
            ("Die Straße ist lang", "Straße", "", "Die Straße ist lang"),
            ("a b c d e und f g h i j", "a b c d e f g h i j", "", "[…] und […]"),
            ("a b c d e f g h", "x a b c d e f g y", "", "[…] h"),
            ("", "a b c d e", "", ""),
        ],
    )
    def test_runs_of_words(self, text, said, spared, left):
        assert quoting.blotted(text, [said.casefold().replace(",", "").replace(":", "").replace("!", "").split()],
                               spared=spared.split()) == left  # fmt: skip


def unsealed(target, measure=Measure.REMOVE):
    """Decide as it was before there were seals: the text stays behind the placeholder."""
    made = make.decision(target, measure=measure, passage="ein Wort daraus")
    if measure is Measure.REMOVE:
        sealing.unseal(target)
        if hasattr(target.contribution, "state_reason"):
            target.contribution.state_reason = made.ground
        else:
            target.contribution.hidden_for = made.ground
        db.session.flush()
    return made


class TestFromBefore:
    """Removals from before migration 0024 were only hidden."""

    def test_the_daily_sweep_seals_them(self, app):
        comment, proposal = node_comment(body=f"Ein {WORD} für alle."), proposals.proposal(title=f"Mehr {WORD}")
        for target in (of_comment(comment), of_proposal(proposal)):
            unsealed(target)
        assert everywhere(WORD) >= {"comments", "proposals"}
        SEALED_RULE.sweep(now())
        assert everywhere(WORD) == set()
        assert "Der Text ist entfernt" in comment.state_reason
        assert "Der Text ist entfernt" in proposal.hidden_for
        kept = db.session.scalars(select(Sealed)).all()
        assert [one.until - decision_of(one).at for one in kept] == [APPEAL_PERIOD, APPEAL_PERIOD]
        assert older.seal_older() == 0
        assert db.session.scalars(select(Sealed)).all() == kept

    def test_those_whose_time_is_over_go_at_once(self, app):
        comment = node_comment(body=f"Ein {WORD} für alle.")
        decision = unsealed(of_comment(comment))
        assert SEALED_RULE.sweep(decision.at + APPEAL_PERIOD) == 1
        assert sealing.stays_removed(of_comment(comment))

    def test_an_objection_still_brings_the_text_back(self, app):
        comment = node_comment(body=f"Ein {WORD} für alle.")
        decision = unsealed(of_comment(comment))
        appeal = appeal_against(decision)
        SEALED_RULE.sweep(now())
        appealing.decide_appeal(moderator(), appeal, upheld=True, answer="Stimmt.")
        assert comment.body == f"Ein {WORD} für alle."
        assert older.seal_older() == 0
        assert comment.body

    def test_what_is_hidden_or_shown_again_is_left_alone(self, app):
        hidden, shown, again = (node_comment(body=f"{n} {WORD} für alle.") for n in ("Ein", "Zwei", "Drei"))
        unsealed(of_comment(hidden), Measure.HIDE)
        for comment in (shown, again):
            unsealed(of_comment(comment))
            opened = deciding.open_case(moderator(), of_comment(comment), due=WEEKS)
            comment_shown(comment, opened)
        make.hide(again)
        assert older.seal_older() == 0
        assert all(WORD in one.body for one in (hidden, shown, again))


def decision_of(sealed: Sealed) -> Decision:
    return db.session.get_one(Decision, sealed.decision_id)


def comment_shown(comment, opened) -> None:
    """Show a comment again by a decision of its own."""
    deciding.decide(moderator(), opened, make.ruling(Measure.RESTORE, rule=None))
