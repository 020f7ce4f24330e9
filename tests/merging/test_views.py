"""The merge view: what it shows, what a save keeps, two at once, and the way to a change."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask import g
from sqlalchemy import select

from participation.base.db import db
from participation.leitbild.models import Change
from participation.merging import sheets
from participation.merging.operations import decide
from participation.outcomes.models import Fate, Outcome, OutcomeState
from participation.proposals import operations as proposals
from participation.proposals.models import ProposalState
from participation.strategy.models import Node
from tests.factories import accounts
from tests.factories.accounts import moderator, user
from tests.factories.leitbild import measure
from tests.factories.merging import BASE, SOON, SOONER, WIDE, node, wish
from tests.factories.outcomes import outcome, pin
from tests.factories.proposals import proposal
from tests.web_helpers import token_in

pytestmark = pytest.mark.one_database
FIELD = re.compile(r"<input([^>]*)>|<textarea[^>]*name=\"([^\"]+)\"[^>]*>(.*?)</textarea>", re.DOTALL)


@pytest.fixture
def me():
    return moderator("Wendt")


@pytest.fixture
def here(app) -> Node:
    about = node()
    wish(about, WIDE, author=user("Anna"))
    wish(about, SOON, author=user("Bela"))
    wish(about, SOONER, author=user("Cora"))
    return about


@pytest.fixture
def page(client, me, here):
    """Open the page of a node as a moderator."""
    db.session.commit()
    g.pop("_login_user", None)
    accounts.log_in(client, me)
    return lambda path="": client.get(f"/moderation/zusammenfuehren/{here.id}{path}").get_data(as_text=True)


def fields(text: str) -> dict[str, list[str]]:
    """Return the merge form as a browser would send it."""
    form = text[text.index('name="wortlaut"') - 400 : text.rindex("</form>")]
    form = form[form.index("<form") :] if "<form" in form else form
    found: dict[str, list[str]] = {"csrf_token": [token_in(text)]}
    for attributes, area, content in FIELD.findall(form):
        if area:
            found[area] = [unescape(content)]
            continue
        name, value = (re.search(rf'{part}="([^"]*)"', attributes) for part in ("name", "value"))
        if name and ('type="radio"' not in attributes or "checked" in attributes):
            found.setdefault(name[1], []).append(unescape(value[1] if value else ""))
    found["csrf_token"] = found["csrf_token"][:1]
    return found


def spot(about: Node, before: str) -> str:
    """Return the name of the place with this wording."""
    regions = sheets.sheet(about, moderator()).table.regions
    return next(f"{region.start}-{region.end}" for region in regions if region.before == before)


def send(client, about, form, **changes):
    data = {**form, **{name.replace("__", "-"): value for name, value in changes.items()}}
    return client.post(f"/moderation/zusammenfuehren/{about.id}", data=data)


def wording(about: Node) -> str:
    return sheets.sheet(about, moderator()).wording


def test_every_change_stands_in_its_place_with_who_wants_it(page, here):
    text = page()
    assert text.count("<h1") == 1
    assert "3 offene Textänderungen" in text
    assert "an einer gehen sie auseinander" in text
    for said in ("Anna", "Bela", "Cora", "uneinig", "Hier widerspricht niemand", "Noch hat niemand begonnen"):
        assert said in text
    assert text.index('id="einig"') < text.index('id="uneinig"')


def test_html_in_a_wording_stays_text(client, me, page, here):
    wish(here, BASE.replace("Guben", "<b onclick=x>Guben</b>"))
    db.session.commit()
    text = page()
    assert "<b onclick" not in text
    assert "&lt;b onclick" in text


def test_a_choice_is_saved_and_seen_by_another(client, page, here):
    place = spot(here, "2030")
    answer = send(client, here, fields(page()) | {f"wahl-{place}": "option 2028"})
    assert answer.status_code == 303
    assert wording(here) == SOON
    g.pop("_login_user", None)
    accounts.log_in(client, moderator("Nowak"))
    text = page()
    assert "von Wendt" in text
    assert "1 von 2 Stellen entschieden" in text
    assert "Rückgängig" in text
    assert "ganz übernommen" in text


def test_without_script_what_is_typed_counts_whatever_is_ticked(client, page, here):
    place = spot(here, "2030")
    send(client, here, fields(page()) | {f"text-{place}": "spätestens 2029"})
    assert wording(here) == BASE.replace("2030", "spätestens 2029")
    form = fields(page())
    assert form[f"wahl-{place}"] == ["own"]
    send(client, here, form | {f"wahl-{place}": "option 2027"})
    assert wording(here) == SOONER
    assert fields(page())[f"text-{place}"] == ["spätestens 2029"]


def test_with_script_the_ticked_choice_counts(client, page, here):
    place = spot(here, "2030")
    form = fields(page()) | {f"text-{place}": "bald", f"wahl-{place}": "leave", "skript": "1", "selbst": "1"}
    answer = send(client, here, form)
    assert answer.status_code == 200
    assert "<html" not in answer.get_data(as_text=True)
    assert wording(here) == BASE
    assert fields(page())[f"text-{place}"] == ["bald"]


def test_a_save_by_itself_brings_the_parts_that_depend_on_it(client, page, here):
    place = spot(here, "2030")
    form = fields(page()) | {f"wahl-{place}": "option 2028", "selbst": "1"}
    text = send(client, here, form).get_data(as_text=True)
    for part in ('id="stand"', 'id="vorschau"', f'id="lage-{place}"', 'name="edit" value="1"', "<ins>"):
        assert part in text
    assert "Seite neu laden" not in text
    wish(here, BASE.replace("Guben", "Cottbus"))
    db.session.commit()
    assert "Seite neu laden" in send(client, here, form | {"edit": "1"}).get_data(as_text=True)


def test_all_that_nobody_disputes_at_once(client, page, here):
    send(client, here, fields(page()), einig="1")
    assert wording(here) == WIDE


def test_back_and_forth(client, page, here):
    place = spot(here, "2030")
    send(client, here, fields(page()) | {f"wahl-{place}": "option 2028"})
    send(client, here, fields(page()), zurueck="1")
    assert wording(here) == BASE
    assert "Wiederholen" in page()
    send(client, here, fields(page()), vor="1")
    assert wording(here) == SOON
    assert send(client, here, fields(page()), vor="1").status_code == 303


def stale(client, here, page, mine, theirs, place):
    """Choose on a page that another moderator's save made old; return the answer."""
    form = fields(page())
    decisions = [one for one in sheets.sheet(here, moderator()).decisions if f"{one.start}-{one.end}" != place]
    laid = sheets.sheet(here, moderator()).table
    region = next(region for region in laid.regions if f"{region.start}-{region.end}" == place)
    edit = sheets.sheet(here, moderator()).edit
    from participation.merging.weighing import take

    decide(moderator("Nowak"), here, [*decisions, take(region, theirs)], base=here.body, expected_edit=edit)
    db.session.commit()
    return send(client, here, form | mine)


def test_of_two_at_once_the_second_sees_three_texts_and_loses_nothing(client, page, here):
    place = spot(here, "2030")
    answer = stale(client, here, page, {f"text-{place}": "im Jahr 2026"}, "2027", place)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert wording(here) == SOONER
    for said in ("Inzwischen hat Nowak hier entschieden", "Damit begannen Sie", "noch offen", "im Jahr 2026", "„2027“"):
        assert said in text
    again = send(client, here, fields(text))
    assert again.status_code == 409
    assert wording(here) == SOONER
    taken = send(client, here, fields(again.get_data(as_text=True)), nimm=f"{place}:mine")
    assert taken.status_code == 303
    assert wording(here) == BASE.replace("2030", "im Jahr 2026")


def test_theirs_is_one_click_away_too(client, page, here):
    place = spot(here, "2030")
    text = stale(client, here, page, {f"wahl-{place}": "option 2028"}, "2027", place).get_data(as_text=True)
    assert send(client, here, fields(text), nimm=f"{place}:theirs").status_code == 303
    assert wording(here) == SOONER


def test_choices_at_different_places_are_put_together(client, page, here):
    other = spot(here, "2030")
    place = spot(here, "")
    form = {f"wahl-{place}": next(v for v in re.findall(r'value="(option breite ?)"', page()))}
    answer = stale(client, here, page, form, "2027", other)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "Zusammen speichern" in text
    assert send(client, here, fields(text), speichern="1").status_code == 303
    assert wording(here) == SOONER.replace("Radweg", "breite Radweg")


def test_a_third_save_during_the_conflict_asks_again(client, page, here):
    place = spot(here, "2030")
    text = stale(client, here, page, {f"wahl-{place}": "option 2028"}, "2027", place).get_data(as_text=True)
    decide(moderator("Dritte"), here, [], base=here.body, expected_edit=1)
    db.session.commit()
    answer = send(client, here, fields(text), nimm=f"{place}:mine")
    assert answer.status_code == 409
    assert wording(here) == BASE
    assert send(client, here, fields(answer.get_data(as_text=True)), speichern="1").status_code == 303
    assert wording(here) == SOON


def test_the_same_choice_of_two_is_no_conflict(client, page, here):
    place = spot(here, "2030")
    assert stale(client, here, page, {f"wahl-{place}": "option 2028"}, "2028", place).status_code == 303


def test_a_withdrawn_option_is_refused_with_its_text(client, page, here):
    author = user()
    gone = wish(here, BASE.replace("Guben", "Cottbus"), author=author)
    db.session.commit()
    place = spot(here, "Guben")
    form = fields(page()) | {f"wahl-{place}": "option Cottbus"}
    proposals.withdraw(author, gone)
    db.session.commit()
    answer = send(client, here, form)
    assert answer.status_code == 409
    assert "Cottbus" in answer.get_data(as_text=True)
    assert send(client, here, fields(answer.get_data(as_text=True)), speichern="1").status_code == 303


def test_what_changed_meanwhile_is_said_until_someone_has_seen_it(client, page, here):
    place = spot(here, "2030")
    send(client, here, fields(page()) | {f"wahl-{place}": "option 2028"})
    new = wish(here, BASE.replace("2030", "2029"), author=user("Dora"))
    db.session.commit()
    text = page()
    assert "Dora" in text
    assert f"Neu ist {new.reference}" in text
    assert "kam eine Fassung dazu" in text
    send(client, here, fields(text), gesehen="1")
    assert "Neu ist" not in page()
    assert wording(here) == SOON


def test_proposals_without_a_place_are_listed_apart(client, page, here):
    here.body = BASE.replace("2030", "im Jahr 2035")
    db.session.commit()
    text = page()
    assert "Nicht im Text" in text
    assert "ruht auf einer älteren Fassung" in text
    assert "an die heutige Fassung angepasst" in text


def test_malformed_forms_change_nothing(client, page, here):
    form = fields(page())
    for strange in ({"edit": "x"}, {"stelle": ["9-1", "x", "1-99999"]}, {"nimm": "x"}, {"geklaert": "y:mine"}):
        assert send(client, here, form | strange).status_code in (303, 409)
    assert wording(here) == BASE


def test_a_node_without_open_changes_says_so(client, me):
    about = node()
    db.session.commit()
    accounts.log_in(client, me)
    answer = client.get(f"/moderation/zusammenfuehren/{about.id}")
    assert "keine Textänderung auf dem Tisch" in answer.get_data(as_text=True)
    assert client.get("/moderation/zusammenfuehren/gibt-es-nicht").status_code == 404


def test_only_for_moderators(client, here):
    db.session.commit()
    assert client.get(f"/moderation/zusammenfuehren/{here.id}").status_code == 303
    accounts.log_in(client, user())
    assert client.get(f"/moderation/zusammenfuehren/{here.id}").status_code == 403
    assert client.get(f"/moderation/zusammenfuehren/{here.id}/uebernehmen").status_code == 403
    assert "zusammenfuehren" not in client.get(f"/strategie/{here.id}").get_data(as_text=True)


def test_statements_do_not_depend_on_the_amount(client, page, here, statements):
    send(client, here, fields(page()), einig="1")
    counted = []
    for more in (0, 9):
        for number in range(more):
            wish(here, BASE.replace("Forst", f"Forst {number}"))
        db.session.commit()
        db.session.expire_all()
        with statements() as found:
            page()
        counted.append(found.number)
    assert counted[0] == counted[1] <= 9


class TestHandingOver:
    def real(self):
        """A measure of the strategy with two wishes, the first of which is taken."""
        about = measure()
        first = proposal(node=about, wording=f"{about.body} und Speicher")
        second = proposal(node=about, wording=about.body.replace(" ", " neue ", 1))
        from participation.merging.weighing import take

        laid = sheets.sheet(about, moderator()).table
        taken = [take(r, o.text) for r in laid.regions for o in r.options if first.id in o.keys]
        decide(moderator(), about, taken, base=about.body, expected_edit=0)
        return about, first, second

    def test_leads_to_the_editor_with_wording_reason_and_outcomes(self, client, me):
        about, first, second = self.real()
        owner = about.thread_node_id
        carrying = outcome(node_id=owner)
        pin(carrying, first)
        other = outcome(node_id=owner)
        db.session.commit()
        accounts.log_in(client, me)
        text = client.get(f"/moderation/zusammenfuehren/{about.id}/uebernehmen").get_data(as_text=True)
        assert f'value="{carrying.id}" id="e{carrying.id}" checked' in text
        assert f'value="{other.id}" id="e{other.id}">' in text
        assert "bleibt offen" in text
        query = {"stelle": about.id, "zusammenfuehrung": "1", "ergebnis": [carrying.id, other.id]}
        editor = client.get("/moderation/aenderungen/neu", query_string=query).get_data(as_text=True)
        assert f"{about.body} und Speicher</textarea>" in editor
        assert f"{first.reference} ist übernommen. {second.reference} bleibt offen." in editor
        assert editor.count('name="outcomes"') == 2
        assert "Vorschläge zusammenführen" in editor
        assert db.session.scalar(select(Change)) is None
        assert second.state is ProposalState.OPEN

    def test_without_an_outcome_it_leads_to_the_talk(self, client, me):
        about, *_rest = self.real()
        db.session.commit()
        accounts.log_in(client, me)
        text = client.get(f"/moderation/zusammenfuehren/{about.id}/uebernehmen").get_data(as_text=True)
        assert "Noch trägt kein freigegebenes Ergebnis" in text

    def test_an_outcome_being_written_gets_the_fates_suggested(self, client, me):
        about, first, second = self.real()
        made = outcome(node_id=about.thread_node_id, state=OutcomeState.DRAFT, author=me)
        db.session.commit()
        accounts.log_in(client, me)
        text = client.get(f"/moderation/ergebnisse/{made.id}").get_data(as_text=True)
        assert f'id="wahl-v{first.id}" checked' in text
        assert f'id="wahl-v{second.id}">' in text
        assert "Beim Zusammenführen ganz übernommen." in text
        assert "Beim Zusammenführen offen gelassen" in text
        assert "Vorschläge zusammenführen" in text
        db.session.get_one(Outcome, made.id).edit = 2
        db.session.commit()
        again = client.get(f"/moderation/ergebnisse/{made.id}").get_data(as_text=True)
        assert f'id="wahl-v{first.id}">' in again

    def test_links_from_the_node_and_the_agenda(self, client, me):
        about, *_rest = self.real()
        db.session.commit()
        accounts.log_in(client, me)
        address = f"/moderation/zusammenfuehren/{about.id}"
        assert address in client.get(f"/strategie/{about.id}").get_data(as_text=True)
        agenda = client.get("/moderation").get_data(as_text=True)
        assert address in agenda
        assert "2 offene Textänderungen, schon begonnen." in agenda

    def test_partly_taken_is_suggested_as_partly(self, app):
        from participation.merging.queries import suggested
        from participation.merging.weighing import take

        about = node()
        both = wish(about, WIDE.replace("2030", "2028"))
        laid = sheets.sheet(about, moderator()).table
        region = laid.regions[0]
        decide(moderator(), about, [take(region, region.options[0].text)], base=about.body, expected_edit=0)
        assert suggested([both.id]) == {both.id: Fate.PARTLY}
