"""Files that others have to know: the moderator who lets a first proposal in, and who hands one in with its author."""

from __future__ import annotations

from datetime import timedelta

import pytest

from participation.accounts.models import User
from participation.attachments.models import Attachment
from participation.base.db import db
from participation.base.verdict import NotFound
from participation.dialogue.waiting import NotWaiting
from participation.moderation import admitting
from participation.moderation.admitting import TextMoved
from participation.notify.models import Notification
from participation.proposals import attaching, operations, together, waiting
from participation.proposals.models import Proposal, ProposalState
from participation.proposals.versions import fingerprint
from tests.factories import proposals
from tests.factories.accounts import initiative, log_in, moderator, user
from tests.factories.attachments import attachment, picture
from tests.factories.letters import last_letter
from tests.web_helpers import form_token, token_in

WEEK, DAY = timedelta(days=7), timedelta(days=1)


def hand_in(proposal: Proposal) -> None:
    assert not waiting.hand_in(proposal.author, proposal, check_period=WEEK, needed=1, period=DAY)


def added(proposal: Proposal, **how: object) -> Attachment:
    made = attachment(proposal.author, **how)
    attaching.attach(proposal.author, proposal, made)
    return made


def release(proposal: Proposal, read: str) -> bool:
    return admitting.release_proposal(moderator(), proposal, waits_until=read, check_period=WEEK)


def kinds(person: User) -> list[str]:
    return [note.kind for note in db.session.query(Notification).filter_by(user_id=person.id).order_by(Notification.id)]


def join(proposal: Proposal, person: User) -> None:
    together.invite_person(proposal.author, proposal, f"{person.id}@example.net")
    together.join_by_link(person, last_letter().params["token"], read=fingerprint(proposal))


@pytest.fixture
def first(app) -> Proposal:
    made = proposals.draft()
    added(made)
    hand_in(made)
    db.session.commit()
    return made


class TestWaiting:
    @pytest.mark.parametrize("change", ["added", "taken"])
    def test_a_change_of_the_files_takes_it_back(self, first, change):
        read = first.waits_until.isoformat()
        if change == "added":
            added(first)
        else:
            attaching.detach(first.author, first, attaching.files(first.id)[0].id)
        assert first.waits_until is None
        assert waiting.find(first.id) is None
        with pytest.raises(NotWaiting):
            release(first, read)

    def test_handed_in_anew_the_moderator_looks_anew(self, first):
        read = first.waits_until.isoformat()
        later = added(first)
        hand_in(first)
        with pytest.raises(TextMoved):
            release(first, read)
        assert first.state is ProposalState.DRAFT
        assert release(first, first.waits_until.isoformat())
        assert later in attaching.files(first.id)

    def test_a_file_that_is_not_the_draft_s_takes_nothing_back(self, first):
        with pytest.raises(NotFound):
            attaching.detach(first.author, first, attachment(first.author).id)
        assert first.waits_until is not None

    def test_a_moderator_reads_the_files_and_nobody_else(self, app, first):
        (found,) = attaching.files(first.id)
        people = {"desk": moderator(), "stranger": user()}
        db.session.commit()
        clients = {"visitor": app.test_client()}
        for name, person in people.items():
            clients[name] = app.test_client()
            log_in(clients[name], person)
        told = {name: client.get(f"/anhang/{found.id}") for name, client in clients.items()}
        assert {name: answer.status_code for name, answer in told.items()} == {
            "visitor": 404,
            "stranger": 404,
            "desk": 200,
        }
        assert told["desk"].headers["Cache-Control"] == "private, no-store"
        page = clients["desk"].get(f"/moderation/erster-vorschlag/{first.id}").text
        assert f'href="/anhang/{found.id}"' in page
        assert "Drei Wege, alle asphaltiert." in page
        # Taken back it is its author's own again, files and all.
        added(first)
        db.session.commit()
        assert clients["desk"].get(f"/anhang/{found.id}").status_code == 404

    @pytest.mark.one_database
    def test_its_author_is_told_before(self, client, first):
        page = f"/vorschlaege/entwurf/{first.id}/anhaenge"
        log_in(client, first.author)
        assert "schicken ihn danach noch einmal ab" in client.get(page).text
        token = form_token(client, page)
        (found,) = attaching.files(first.id)
        client.post(f"{page}/{found.id}/weg", data={"csrf_token": token})
        assert "noch einmal ab" not in client.get(page).text
        assert "wartet jetzt auf die Moderation" not in client.get(f"/vorschlaege/entwurf/{first.id}/pruefen").text


class TestTogether:
    def test_a_file_added_after_consent_asks_anew(self, app):
        anna, mira = user("Anna"), user("Mira")
        draft = proposals.draft(anna)
        plain = fingerprint(draft)
        join(draft, mira)
        assert together.waiting_for(draft) == []
        found = added(draft)
        assert [one.user_id for one in together.waiting_for(draft)] == [mira.id]
        assert kinds(mira) == ["joint_reworded"]
        with pytest.raises(together.NotYetAgreed):
            operations.submit(anna, draft, check_period=WEEK)
        with pytest.raises(together.TextChanged):
            together.agree(mira, draft, read=plain)
        together.agree(mira, draft, read=fingerprint(draft))
        attaching.detach(anna, draft, found.id)
        assert [one.user_id for one in together.waiting_for(draft)] == [mira.id]
        assert fingerprint(draft) == plain

    def test_every_word_about_a_file_counts(self, app):
        draft = proposals.draft()
        found = added(draft)
        before = {fingerprint(draft)}
        for field, value in (("title", "Anders"), ("summary", "Anders"), ("name", "anders.pdf"), ("sha256", "0" * 64)):
            setattr(found, field, value)
            db.session.flush()
            assert fingerprint(draft) not in before
            before.add(fingerprint(draft))

    def test_who_consented_without_files_need_not_again_when_it_is_handed_in(self, app):
        anna, mira = user("Anna"), user("Mira")
        draft = proposals.draft(anna)
        added(draft)
        join(draft, mira)
        operations.submit(anna, draft, check_period=WEEK)
        assert draft.state is ProposalState.SUBMITTED

    def test_co_authors_and_invited_organisations_see_the_files(self, app):
        anna, mira, tomasz = user("Anna"), user("Mira"), user("Tomasz")
        draft = proposals.draft(anna)
        found = added(draft, data=picture(), name="karte.png")
        join(draft, mira)
        together.invite_organisation(anna, draft, initiative(tomasz).id)
        stranger = user()
        db.session.commit()
        for person, status in ((mira, 200), (tomasz, 200), (anna, 200), (stranger, 404), (moderator(), 404)):
            db.session.commit()
            client = app.test_client()
            log_in(client, person)
            answer = client.get(f"/anhang/{found.id}")
            assert answer.status_code == status, person.display_name
            if person in (mira, tomasz):
                assert f'src="/anhang/{found.id}"' in client.get(f"/vorschlaege/entwurf/{draft.id}/gemeinsam").text
        seat = next(one for one in draft.coauthors if one.user_id == mira.id)
        together.take_back(anna, draft, seat.id)
        db.session.commit()
        client = app.test_client()
        log_in(client, mira)
        assert client.get(f"/anhang/{found.id}").status_code == 404

    @pytest.mark.one_database
    def test_whoever_follows_the_mailed_link_sees_the_files_before_consenting(self, client):
        anna, mira = user("Anna"), user("Mira")
        draft = proposals.draft(anna)
        found, foreign = added(draft), added(proposals.draft(anna))
        together.invite_person(anna, draft, "mira@example.net")
        link = f"/vorschlaege/einladung/{last_letter().params['token']}"
        db.session.commit()
        log_in(client, mira)
        page = client.get(link).text
        assert f'href="{link}/anhang/{found.id}"' in page
        assert client.get(f"{link}/anhang/{found.id}").headers["Cache-Control"] == "private, no-store"
        assert client.get(f"{link}/anhang/{foreign.id}").status_code == 404
        assert client.get(f"/anhang/{found.id}").status_code == 404
        client.post(link, data={"csrf_token": token_in(page), "ablehnen": "1"})
        assert client.get(f"{link}/anhang/{found.id}").status_code == 410
