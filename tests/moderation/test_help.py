"""What helps moderators: prepared grounds, history of an account, similar contributions, the next item, single keys."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from participation.accounts.models import Role
from participation.base.clock import now
from participation.base.db import db
from participation.base.similar import fingerprint
from participation.base.verdict import Denied
from participation.base.yaml_source import ContentError
from participation.dialogue.models import Comment, CommentState, Stance
from participation.dialogue.operations import edit_comment, withdraw_comment
from participation.dialogue.votes import cast_vote
from participation.moderation import appealing, bursts, deciding
from participation.moderation.burst_models import Burst, BurstState, Sighting
from participation.moderation.grounds import left_over, read
from participation.moderation.history import history
from participation.moderation.likeness import lookalikes
from participation.moderation.models import Case, CaseState, Category, Decision, Measure
from participation.moderation.queries import Task, TaskKind, next_task
from participation.moderation.rulebook import current
from participation.moderation.targets import of_comment, of_proposal
from participation.watchbook.models import Kind, SecurityEvent
from tests.factories import bursts as bursting
from tests.factories import dialogue as talk
from tests.factories import moderation as make
from tests.factories import proposals as proposing
from tests.factories.accounts import log_in, moderator, user
from tests.factories.outcomes import node_comment, quoted
from tests.web_helpers import form_token

LONG = "Der Radweg zwischen Guben und Forst braucht endlich eine Beleuchtung, denn im Winter ist es dort stockdunkel."


@pytest.fixture
def me(client):
    person = moderator("Anna Wendt")
    log_in(client, person)
    return person


def page(client, path) -> str:
    return client.get(path).get_data(as_text=True)


def send(client, page_path, action=None, **fields):
    token = form_token(client, page_path)
    return client.post(action or page_path, data={"csrf_token": token, **fields})


class TestGrounds:
    def test_each_cites_a_rule_that_exists_or_a_law_and_has_gaps(self, app):
        numbers = {rule.number for rule in current().rules}
        grounds = read(app.config["CONTENT"])
        assert len(grounds) >= 8
        assert all((one.rule in numbers) != bool(one.law) for one in grounds)
        assert all(one.gaps for one in grounds), "each has to be adapted"
        assert {one.rule for one in grounds if one.rule} == numbers - {8}, "rule 8 is the law itself"

    @pytest.mark.parametrize(
        ("said", "left"),
        [
            ("Er nennt [wen].", "[wen]"),
            ("Er nennt  [wen] .", "[wen]"),
            ("Vorher. Er nennt [wen].", "[wen]"),
            ("Er nennt Frau X.", None),
            ("Etwas [anderes] in Klammern.", None),
            ("Ohne Lücke.", "Ohne Lücke."),
            ("Ohne\nLücke. ", "Ohne Lücke."),
        ],
    )
    def test_what_is_left_of_a_prepared_text(self, said, left):
        assert left_over(said, ("Er nennt [wen].", "Ohne Lücke.")) == left

    @pytest.mark.parametrize(
        "broken",
        [
            'version: 1\nsince: "2026-11-23"\ngrounds:\n  - title: A\n    facts: B\n',
            'version: 1\nsince: "2026-11-23"\ngrounds:\n  - {title: A, facts: B, rule: 1, law: C}\n',
            'since: "2026-11-23"\ngrounds: []\n',
        ],
    )
    def test_a_broken_file_is_refused(self, tmp_path, broken):
        (tmp_path / "grounds").mkdir()
        (tmp_path / "grounds" / "1.yaml").write_text(broken)
        with pytest.raises(ContentError):
            read(tmp_path)

    def test_the_newest_version_is_offered(self, tmp_path):
        (tmp_path / "grounds").mkdir()
        for version in (1, 2, 10):
            text = f'version: {version}\nsince: "2026-11-23"\ngrounds:\n  - {{title: T{version}, rule: 1, facts: F}}\n'
            (tmp_path / "grounds" / f"{version}.yaml").write_text(text)
        assert [one.title for one in read(tmp_path)] == ["T10"]
        assert read(tmp_path / "none") == ()

    def test_the_operation_refuses_what_was_not_adapted(self, app):
        case = make.case()
        with pytest.raises(deciding.NotAdapted):
            deciding.decide(moderator(), case, make.ruling(facts="Er nennt [wen].", prepared=("Er nennt [wen].",)))
        assert db.session.scalar(select(func.count()).select_from(Decision)) == 0

    def test_filled_in_adapted_and_decided_without_javascript(self, app, client, me):
        case = make.case()
        db.session.commit()
        path = f"/moderation/fall/{case.id}"
        ground = next(one for one in read(app.config["CONTENT"]) if one.rule == 3)
        chosen = {"measure": "hide", "canned": ground.key, "passage": "Hauptstraße 3", "rule": "3"}
        filled = send(client, path, **chosen, facts="Vorweg etwas.", einsetzen="1")
        text = filled.get_data(as_text=True)
        assert filled.status_code == 200
        assert f"Vorweg etwas.\n\n{ground.facts}" in text.replace("\r", "")
        assert 'selected value="3"' in text
        assert "Hauptstraße 3" in text
        assert db.session.get(Case, case.id).state is CaseState.OPEN, "filling in decides nothing"

        untouched = send(client, path, **chosen, facts=ground.facts)
        text = untouched.get_data(as_text=True)
        assert untouched.status_code == 422
        assert "Passen Sie den Textbaustein an" in text
        assert ground.facts in text, "what was typed stays"
        assert "Hauptstraße 3" in text

        one_gap_left = send(client, path, **chosen, facts=f"Eigene Worte, aber {ground.gaps[0]} blieb.")
        assert one_gap_left.status_code == 422
        assert send(client, path, **chosen, facts="Nennt die Hausnummer der Nachbarin.").status_code == 303

    def test_a_law_is_filled_in_too(self, app, client, me):
        case = make.case()
        db.session.commit()
        ground = next(one for one in read(app.config["CONTENT"]) if one.law)
        text = send(client, f"/moderation/fall/{case.id}", canned=ground.key, einsetzen="1").get_data(as_text=True)
        assert f'value="{ground.law}"' in text

    def test_in_the_decision_about_an_objection_too(self, app, client, me):
        reporter = user()
        decision = make.decision(reporter=reporter, measure=Measure.NONE)
        objection = appealing.appeal(reporter, decision, "Doch.", period=timedelta(days=14))
        db.session.commit()
        ground = next(one for one in read(app.config["CONTENT"]) if one.rule == 3)
        path = f"/moderation/widerspruch/{objection.id}"
        chosen = {"result": "ja", "answer": "Stimmt.", "measure": "hide", "canned": ground.key, "rule": "3"}
        filled = send(client, path, **chosen, einsetzen="1")
        assert filled.status_code == 200
        assert ground.facts in filled.get_data(as_text=True)
        refused = send(client, path, **chosen, facts=ground.facts)
        assert refused.status_code == 422
        assert "Passen Sie den Textbaustein an" in refused.get_data(as_text=True)
        assert ground.facts in refused.get_data(as_text=True)

    @pytest.mark.parametrize("what", ["beitrag", "vorschlag"])
    def test_at_the_desk_of_first_contributions_too(self, app, client, me, what):
        made = talk.waiting() if what == "beitrag" else proposing.draft()
        if what == "vorschlag":
            made.waits_until = now() + timedelta(days=1)
        db.session.commit()
        read_as = "1" if what == "beitrag" else made.waits_until.isoformat()
        ground = next(one for one in read(app.config["CONTENT"]) if one.rule == 3)
        path = f"/moderation/erster-{what}/{made.id}"
        chosen = {"measure": "hide", "canned": ground.key, "rule": "", "passage": "Hauptstraße 3", "version": read_as}
        nothing = send(client, path, **{**chosen, "canned": ""}, facts="Mein Text.", einsetzen="1")
        assert nothing.status_code == 422
        assert "Mein Text." in nothing.text
        filled = send(client, path, **chosen, facts="Vorweg.", einsetzen="1")
        assert filled.status_code == 200
        assert f"Vorweg.\n\n{ground.facts}" in filled.get_data(as_text=True).replace("\r", "")
        assert 'selected value="3"' in filled.text
        untouched = send(client, path, **{**chosen, "rule": "3"}, facts=ground.facts)
        assert untouched.status_code == 422
        assert "Passen Sie den Textbaustein an" in untouched.get_data(as_text=True)
        assert db.session.scalar(select(func.count()).select_from(Decision)) == 0
        adapted = send(client, path, **{**chosen, "rule": "3"}, facts="Nennt die Hausnummer der Nachbarin.")
        assert adapted.status_code == 303

    def test_none_chosen_is_said(self, app, client, me):
        case = make.case()
        db.session.commit()
        answer = send(client, f"/moderation/fall/{case.id}", facts="Mein Text.", einsetzen="1")
        assert answer.status_code == 422
        assert "Wählen Sie zuerst einen Textbaustein." in answer.get_data(as_text=True)
        assert "Mein Text." in answer.get_data(as_text=True)


class TestHistory:
    def test_contributions_decisions_and_appeals(self, app):
        person = user("Ida Kral")
        hidden = make.decision(of_comment(node_comment(person, body="Nennt jemanden.")))
        warned = make.decision(of_comment(node_comment(person)), measure=Measure.WARN)
        objection = appealing.appeal(person, hidden, "Nein.", period=timedelta(days=14))
        appealing.decide_appeal(moderator(), objection, upheld=True, answer="Stimmt.")
        make.case(of_comment(node_comment(person)))
        found = history(moderator(), person.id)
        assert found.person.name == "Ida Kral"
        assert (sum(found.comments.values()), found.measures[Measure.WARN], found.measures[Measure.HIDE]) == (3, 1, 0)
        assert found.reversed == 1, "what was undone counts against nobody"
        assert [one.decision.id for one in found.decisions] == [warned.id, hidden.id]
        assert len(found.waiting) == 1

    @pytest.mark.parametrize("role", [Role.RESIDENT, Role.OPERATOR])
    def test_only_for_moderators(self, app, role):
        with pytest.raises(Denied):
            history(user(role=role), user().id)
        with pytest.raises(Denied):
            history(None, user().id)

    @pytest.mark.one_database
    def test_the_page_names_neither_votes_nor_addresses_and_is_noted(self, app, client, me):
        person = user("Ida Kral")
        cast_vote(person, node_comment(person).thread, Stance.NO)
        withdrawn = node_comment(person, body="Das nehme ich zurück.")
        withdraw_comment(person, withdrawn)
        quoted(author=person)
        db.session.commit()
        text = page(client, f"/moderation/konto/{person.id}")
        assert "Ida Kral" in text
        assert "V-1" in text
        assert person.email not in text
        assert "Das nehme ich zurück." not in text
        assert "Ablehnung" not in text
        noted = db.session.scalars(select(SecurityEvent).where(SecurityEvent.kind == Kind.LOOK)).one()
        assert (noted.actor_id, noted.subject_id, noted.facts) == (me.id, person.id, {"what": "history_of_account"})

    @pytest.mark.one_database
    @pytest.mark.parametrize("role", [None, Role.RESIDENT, Role.OPERATOR])
    def test_nobody_else_opens_it(self, app, client, role):
        person = user()
        db.session.commit()
        if role is not None:
            log_in(client, user(role=role))
            db.session.commit()
        assert client.get(f"/moderation/konto/{person.id}").status_code == (303 if role is None else 403)
        assert db.session.scalars(select(SecurityEvent).where(SecurityEvent.kind == Kind.LOOK)).all() == []

    @pytest.mark.one_database
    def test_no_account_is_not_found_and_not_noted(self, app, client, me):
        db.session.commit()
        assert client.get("/moderation/konto/999999").status_code == 404
        assert db.session.scalars(select(SecurityEvent).where(SecurityEvent.kind == Kind.LOOK)).all() == []

    @pytest.mark.parametrize("much", [1, 12])
    def test_statements_do_not_depend_on_the_amount(self, app, statements, much):
        person, me = user(), moderator()
        for _ in range(much):
            make.decision(of_comment(node_comment(person)))
        db.session.commit()
        db.session.expunge_all()
        with statements() as counted:
            history(me, person.id)
        assert counted.number <= 8


class TestLikeness:
    def test_fingerprints(self):
        assert fingerprint(LONG) == fingerprint(LONG.upper().replace(",", " –"))
        assert fingerprint(LONG) != fingerprint(LONG + " Wirklich.")
        assert fingerprint("Das finde ich gut") == ""

    def test_a_comment_has_one_and_an_edit_renews_it(self, app):
        comment = node_comment(body=LONG)
        assert comment.fingerprint == fingerprint(LONG)
        edit_comment(comment.author, comment, "Etwas ganz anderes über die Bahn nach Zittau.", expected_version=1)
        db.session.refresh(comment)
        assert comment.fingerprint == fingerprint("Etwas ganz anderes über die Bahn nach Zittau.")

    def test_equal_near_and_other_ones(self, app):
        mine = node_comment(body=LONG)
        near = node_comment(body=LONG.replace("Beleuchtung", "Laterne"), node_id="lcg-sofort-kulturhauptstadt")
        equal = node_comment(body=f"  {LONG.lower()}", node_id="lcg-sofort-kulturhauptstadt")
        node_comment(body="Die Bahn nach Zittau soll jede Stunde fahren.")
        found = lookalikes(of_comment(mine))
        assert [(one.id, one.exact) for one in found] == [(equal.id, True), (near.id, False)]
        kinds = [segment.kind for segment in found[1].segments]
        assert "delete" in kinds
        assert "insert" in kinds
        assert not found[0].same_author

    def test_of_one_account_is_said(self, app):
        author = user()
        mine, other = node_comment(author, body=LONG), node_comment(author, body=LONG)
        (found,) = lookalikes(of_comment(mine))
        assert (found.id, found.same_author) == (other.id, True)

    def test_withdrawn_ones_are_left_alone_and_hidden_ones_shown(self, app):
        mine = node_comment(body=LONG)
        gone, hidden = node_comment(body=LONG), node_comment(body=LONG)
        withdraw_comment(gone.author, gone)
        make.hide(hidden)
        assert db.session.get(Comment, hidden.id).state is CommentState.HIDDEN
        assert [one.id for one in lookalikes(of_comment(mine))] == [hidden.id]

    def test_proposals_too(self, app):
        proposal = quoted()
        proposal.wording, proposal.reason = LONG, "Weil es dunkel ist."
        db.session.flush()
        (found,) = lookalikes(of_comment(node_comment(body=f"{LONG}\nWeil es dunkel ist.")))
        assert (found.path, found.exact) == ("/vorschlaege/1", False)
        assert len(lookalikes(of_proposal(proposal))) == 1

    def test_five_at_most_in_three_statements(self, app, statements):
        mine = node_comment(body=LONG)
        for _ in range(8):
            node_comment(body=LONG)
        db.session.commit()
        target = of_comment(mine)
        with statements() as counted:
            assert len(lookalikes(target)) == 5
        assert counted.number <= 3

    @pytest.mark.one_database
    def test_side_by_side_on_the_page(self, app, client, me):
        mine = node_comment(body=LONG)
        node_comment(body=LONG.replace("Beleuchtung", "Laterne"))
        case = make.case(of_comment(mine))
        db.session.commit()
        text = page(client, f"/moderation/fall/{case.id}")
        assert "Ähnliche Beiträge" in text
        assert re.search(r"<del>.*Beleuchtung</del>", text)
        assert re.search(r"<ins>.*Laterne</ins>", text)


class TestNext:
    AT = now()

    def tasks(self, *mine_not: bool) -> list[Task]:
        return [
            Task(TaskKind.CASE, str(n), self.AT, False, "moderation.case", {"id": n}, mine_not=blocked)
            for n, blocked in enumerate(mine_not)
        ]

    @pytest.mark.parametrize(
        ("blocked", "after", "found"),
        [
            ((False, False), "", "0"),
            ((True, False), "", "1"),
            ((False, False), "case-0", "1"),
            ((False, False), "case-1", "0"),
            ((False, True), "case-0", None),
            ((True, True), "", None),
            ((), "", None),
            ((False,), "case-999", "0"),
        ],
    )
    def test_the_next_that_one_may_decide(self, blocked, after, found):
        task = next_task(self.tasks(*blocked), after)
        assert (task.title if task else None) == found

    @pytest.mark.one_database
    def test_open_decide_next_takes_what_is_due_first(self, app, client, me):
        late, early = make.case(category=Category.OTHER), make.case(category=Category.THREAT)
        taken = make.case(category=Category.THREAT)
        deciding.take(moderator("Bert Nowak"), taken)
        db.session.commit()
        first = send(client, "/moderation", "/moderation/naechster")
        assert first.location.endswith(f"/moderation/fall/{early.id}")
        db.session.refresh(early)
        assert early.taken_by_id == me.id
        done = send(client, first.location, measure="none", rule="", facts="Kein Verstoß.")
        statement = page(client, done.location)
        assert "Nächster Vorgang" in statement
        second = send(client, done.location, "/moderation/naechster")
        assert second.location.endswith(f"/moderation/fall/{late.id}")
        skipped = send(client, second.location, "/moderation/naechster", nach=f"case-{late.id}")
        assert skipped.location.endswith("/moderation"), "the other case belongs to somebody else"

    @pytest.mark.one_database
    def test_overdue_is_said_in_words(self, app, client, me):
        case = make.case()
        burst, _voters = bursting.burst()
        case.due_at = burst.due_at = now() - timedelta(days=1)
        db.session.commit()
        for path in (f"/moderation/fall/{case.id}", f"/moderation/haeufung/{burst.id}"):
            assert "überfällig seit" in page(client, path)
        assert page(client, "/moderation").count("Tag überfällig") == 2

    @pytest.mark.one_database
    def test_a_look_takes_nothing(self, app, client, me):
        case = make.case()
        db.session.commit()
        assert client.get("/moderation/naechster").location.endswith(f"/moderation/fall/{case.id}")
        db.session.refresh(case)
        assert case.taken_by_id is None

    @pytest.mark.one_database
    def test_the_author_of_a_decision_gets_no_way_to_the_queue(self, app, client):
        decision = make.decision()
        log_in(client, decision.case.author)
        db.session.commit()
        assert "Nächster Vorgang" not in page(client, f"/entscheidung/{decision.id}")

    @pytest.mark.one_database
    def test_single_keys_are_off_until_switched_on(self, app, client, me):
        db.session.commit()
        assert "js/keys.js" not in page(client, "/moderation")
        assert send(client, "/moderation", "/moderation/tasten", an="1").status_code == 303
        assert "js/keys.js" in page(client, "/moderation")
        send(client, "/moderation", "/moderation/tasten", an="0")
        assert "js/keys.js" not in page(client, "/moderation")


@pytest.mark.one_database
class TestBurstPages:
    @pytest.fixture
    def found(self, app) -> Burst:
        burst, _voters = bursting.burst()
        db.session.commit()
        return burst

    def test_a_vote_is_sighted_without_its_address(self, app, client):
        log_in(client, user())
        comment = node_comment()
        db.session.commit()
        path = f"/strategie/{bursting.NODE}"
        send(client, path, f"{path}/stimme", stimme="zustimmung")
        seen = db.session.scalars(select(Sighting)).one()
        assert seen.thread_id == comment.thread_id
        assert re.fullmatch(r"[0-9a-f]{16}", seen.network)

    def test_open_decide_and_read_it_everywhere(self, app, client, me, found):
        assert "Viele Stimmen aus einem Netz" in page(client, "/moderation")
        path = f"/moderation/haeufung/{found.id}"
        text = page(client, path)
        assert "Eine Schulklasse, ein Rathaus" in text
        assert "Person " not in text, "voters are not named"
        refused = send(client, path, result="apart", reason="")
        assert refused.status_code == 422
        assert send(client, path, result="apart", reason="Zehn neue Konten.").status_code == 303
        box = page(client, f"/strategie/{bursting.NODE}")
        assert "10 Stimmen aus einer auffälligen Häufung, getrennt gezählt." in box
        log = page(client, "/moderationslog")
        assert "getrennt ausgewiesen" in log
        assert "Zehn neue Konten." not in log
        assert me.display_name not in re.sub(r"(?s)<header.*?</header>", "", log)
        assert send(client, path, result="harmless", reason="Doch eine Klasse.").status_code == 303
        assert "auffälligen Häufung" not in page(client, f"/strategie/{bursting.NODE}")
        noted = db.session.scalars(select(SecurityEvent.facts).where(SecurityEvent.kind == Kind.DECISION)).all()
        assert [facts["what"] for facts in noted] == ["burst_apart", "burst_harmless"]

    def test_whose_vote_is_apart_is_told(self, app, client):
        burst, (voter, *_others) = bursting.burst()
        bursts.decide(moderator(), burst, BurstState.APART, "Zehn neue Konten.")
        log_in(client, voter)
        db.session.commit()
        assert "Ihre Stimme gehört dazu" in page(client, f"/strategie/{bursting.NODE}")

    def test_held_by_another(self, app, client, me, found):
        bursts.take(moderator("Bert Nowak"), found)
        db.session.commit()
        path = f"/moderation/haeufung/{found.id}"
        assert "Bert Nowak hat diese Häufung übernommen" in page(client, path)
        answer = send(client, path, f"/moderation/haeufung/{found.id}", result="harmless", reason="Mein Grund.")
        assert answer.status_code == 409
        db.session.refresh(found)
        assert found.state is BurstState.OPEN

    @pytest.mark.parametrize("role", [Role.RESIDENT, Role.OPERATOR])
    def test_only_for_moderators(self, app, client, found, role):
        log_in(client, user(role=role))
        db.session.commit()
        assert client.get(f"/moderation/haeufung/{found.id}").status_code == 403

    def test_the_page_says_what_is_counted(self, app, client):
        assert "eine Stimme je Konto mit bestätigter E-Mail-Adresse" in page(client, "/so-funktioniert-es")
