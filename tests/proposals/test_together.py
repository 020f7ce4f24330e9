"""Handing a proposal in together: inviting, joining, consenting, going; and what later versions say about consent."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from participation.accounts import passwords
from participation.accounts.initiatives import end_mandate
from participation.accounts.models import InitiativeState, User
from participation.base.clock import now
from participation.base.db import db
from participation.base.verdict import Denied, NotFound
from participation.notify.models import Letter, Notification
from participation.privacy import retention
from participation.proposals import history, operations, policy, queries, together
from participation.proposals.models import CoAuthor, Proposal, ProposalConsent, ProposalState
from participation.proposals.supporting import support
from participation.proposals.versions import fingerprint
from participation.web.postman import render
from tests.factories import accounts, proposals
from tests.factories import privacy as make
from tests.factories.accounts import initiative, log_in, user
from tests.factories.letters import last_letter

S = ProposalState
ADDRESS = "mira@example.net"


def token() -> str:
    found = last_letter()
    assert found.template == "proposals/invited"
    return found.params["token"]


def joined(draft: Proposal, person: User) -> User:
    """Invite a person by mail and let them join."""
    together.invite_person(draft.author, draft, f"{person.id}@example.net")
    together.join_by_link(person, token(), read=fingerprint(draft))
    return person


def leaver() -> User:
    """Add somebody who can delete their account."""
    person = user(make.NAME)
    person.password_hash = passwords.hash_password(accounts.PASSWORD)
    return person


def notes(person: User) -> list[str]:
    return [note.kind for note in db.session.query(Notification).filter_by(user_id=person.id).order_by(Notification.id)]


def submitted(draft: Proposal) -> Proposal:
    operations.submit(draft.author, draft, check_period=proposals.WEEK)
    return draft


def agreed(proposal: Proposal) -> dict[int, tuple[str, ...]]:
    return {row.version: row.agreed for row in history.versions(proposal.id)}


# --- inviting -----------------------------------------------------------------------------------------------------


def test_a_person_is_invited_by_mail_and_the_address_is_forgotten_once_they_join(app: Flask):
    anna, mira = user("Anna"), user("Mira")
    draft = proposals.draft(anna)
    together.invite_person(anna, draft, f" {ADDRESS.upper()} ")
    letter = last_letter()
    assert (letter.recipient, letter.params["by"]) == (ADDRESS, "Anna")
    assert draft.title not in str(letter.params)
    with pytest.raises(together.NotYetAgreed):
        submitted(draft)
    assert queries.shared_draft(draft.id, mira) is None
    together.join_by_link(mira, token(), read=fingerprint(draft))
    (one,) = draft.coauthors
    assert (one.user_id, one.email, one.digest) == (mira.id, "", None)
    assert queries.shared_draft(draft.id, mira) is draft
    assert [row.id for row in queries.drafts_with(mira)] == [draft.id]
    assert queries.drafts_of(mira) == []
    assert notes(anna) == ["joint_agreed"]


def test_the_answer_is_the_same_for_an_address_with_an_account(app: Flask):
    anna, mira = user(), user()
    draft = proposals.draft(anna)
    together.invite_person(anna, draft, mira.email)
    assert last_letter().recipient == mira.email
    assert notes(mira) == []
    assert draft.coauthors[0].name == ""


def test_a_second_invitation_makes_the_first_link_worthless(app: Flask):
    anna, mira = user(), user()
    draft = proposals.draft(anna)
    together.invite_person(anna, draft, ADDRESS)
    first = token()
    together.invite_person(anna, draft, ADDRESS)
    with pytest.raises(together.InvitationEnded):
        together.join_by_link(mira, first, read=fingerprint(draft))
    together.join_by_link(mira, token(), read=fingerprint(draft))
    assert len(draft.coauthors) == 1


def test_a_link_works_once_in_time_and_for_a_draft(app: Flask):
    anna, mira, other = user(), user(), user()
    draft = proposals.draft(anna)
    together.invite_person(anna, draft, ADDRESS)
    used = token()
    together.join_by_link(mira, used, read=fingerprint(draft))
    with pytest.raises(together.InvitationEnded):
        together.join_by_link(other, used, read=fingerprint(draft))
    together.invite_person(anna, draft, ADDRESS, period=timedelta(0))
    with pytest.raises(together.InvitationEnded):
        together.join_by_link(other, token(), read=fingerprint(draft))
    with pytest.raises(together.InvitationEnded):
        together.join_by_link(other, "erfunden", read=fingerprint(draft))
    submitted(draft)
    assert [one.user_id for one in draft.coauthors] == [mira.id]


def test_an_author_is_no_co_author_and_nobody_is_one_twice(app: Flask):
    anna, mira = user(), user()
    draft = proposals.draft(anna)
    with pytest.raises(together.OwnAddress):
        together.invite_person(anna, draft, anna.email)
    together.invite_person(anna, draft, ADDRESS)
    with pytest.raises(Denied):
        together.join_by_link(anna, token(), read=fingerprint(draft))
    together.join_by_link(mira, token(), read=fingerprint(draft))
    together.invite_person(anna, draft, "zweite@example.net")
    with pytest.raises(together.AlreadyJoined):
        together.join_by_link(mira, token(), read=fingerprint(draft))


def test_there_are_ten_at_most(app: Flask):
    anna = user()
    draft = proposals.draft(anna)
    for n in range(10):
        together.invite_person(anna, draft, f"{n}@example.net")
    with pytest.raises(together.TooManyInvited):
        together.invite_person(anna, draft, "elf@example.net")


@pytest.mark.parametrize("who", ["stranger", "coauthor", "visitor"])
def test_only_the_author_of_a_draft_invites(app: Flask, who):
    anna = user()
    draft = proposals.draft(anna)
    mira = joined(draft, user())
    actor = {"stranger": user(), "coauthor": mira, "visitor": None}[who]
    assert not policy.may_invite(actor, draft)
    if actor is not None:
        with pytest.raises(Denied):
            together.invite_person(actor, draft, ADDRESS)
        with pytest.raises(Denied):
            together.take_back(actor, draft, draft.coauthors[0].id)
    submitted(draft)
    with pytest.raises(Denied):
        together.invite_person(anna, draft, ADDRESS)


# --- organisations ------------------------------------------------------------------------------------------------


def test_any_delegate_joins_for_an_organisation_and_only_running_ones_see_the_draft(app: Flask):
    anna, tomasz, jan = user(), user("Tomasz"), user()
    group = initiative(tomasz, jan, name="Verein")
    draft = proposals.draft(anna)
    together.invite_organisation(anna, draft, group.id)
    assert notes(tomasz) == notes(jan) == ["joint_invited"]
    assert queries.shared_draft(draft.id, jan) is draft
    with pytest.raises(Denied):
        together.agree(user(), draft, read=fingerprint(draft))
    together.agree(tomasz, draft, read=fingerprint(draft))
    (one,) = draft.coauthors
    assert (one.name, one.user_id) == ("Verein", tomasz.id)
    end_mandate(jan, group, tomasz.id)
    db.session.expire_all()
    assert queries.shared_draft(draft.id, tomasz) is None
    assert policy.seat_of(tomasz, draft, []) is None
    assert queries.shared_draft(draft.id, jan) is draft


def test_unverified_unknown_own_and_invited_organisations_are_not_invited(app: Flask):
    anna = user()
    own, group = initiative(anna), initiative(user())
    draft = proposals.draft(anna, initiative_id=own.id)
    for number in (initiative(user(), state=InitiativeState.APPLIED).id, 999_999):
        with pytest.raises(NotFound):
            together.invite_organisation(anna, draft, number)
    together.invite_organisation(anna, draft, group.id)
    for number in (own.id, group.id):
        with pytest.raises(together.AlreadyInvited):
            together.invite_organisation(anna, draft, number)
    assert len(draft.coauthors) == 1


def test_an_author_does_not_consent_for_an_organisation_of_theirs(app: Flask):
    anna = user()
    group = initiative(anna, user())
    draft = proposals.draft(anna)
    together.invite_organisation(anna, draft, group.id)
    with pytest.raises(Denied):
        together.agree(anna, draft, read=fingerprint(draft))


def test_the_database_holds_invitations_together(app: Flask):
    anna, group = user(), initiative(user())
    draft = proposals.draft(anna)
    due = now() + timedelta(days=1)
    wrong = [
        {"email": ADDRESS},
        {"initiative_id": group.id, "digest": "x"},
        {"user_id": anna.id},
        {"user_id": anna.id, "joined_at": now(), "email": ADDRESS},
        {"email": ADDRESS, "digest": "x", "agreed_digest": "y"},
    ]
    for columns in wrong:
        with pytest.raises(IntegrityError), db.session.begin_nested():
            db.session.add(CoAuthor(proposal_id=draft.id, expires_at=due, **columns))
    mira = joined(draft, user())
    with pytest.raises(IntegrityError), db.session.begin_nested():
        db.session.add(CoAuthor(proposal_id=draft.id, expires_at=due, user_id=mira.id, joined_at=now()))


# --- consent ------------------------------------------------------------------------------------------------------


def test_all_consent_before_it_is_handed_in_and_the_first_version_says_so(app: Flask):
    anna, tomasz = user("Anna"), user("Tomasz")
    group = initiative(tomasz, name="Verein")
    draft = proposals.draft(anna)
    mira = joined(draft, user("Mira"))
    together.invite_organisation(anna, draft, group.id)
    with pytest.raises(together.NotYetAgreed):
        submitted(draft)
    assert draft.number is None
    together.agree(tomasz, draft, read=fingerprint(draft))
    submitted(draft)
    assert agreed(draft) == {1: ("Mira", "Verein")}
    view = queries.proposal(draft.number, None)
    assert [one.name for one in view.joint] == ["Mira", "Verein"]
    assert all(view.agrees(one) for one in view.joint)
    (row,) = queries.proposals_page(None, queries.Filters()).rows
    assert row.joint == ("Mira", "Verein")
    assert notes(mira)[-1] == notes(tomasz)[-1] == "joint_submitted"
    assert "joint_submitted" not in notes(anna)


def test_a_changed_draft_asks_again_and_a_stale_reader_is_told(app: Flask):
    anna = user()
    draft = proposals.draft(anna)
    mira = joined(draft, user())
    before = fingerprint(draft)
    operations.save_draft(anna, draft.node, proposals.writing(title="Ein anderer Titel"), base_revision=1, draft=draft)
    assert notes(mira) == ["joint_reworded"]
    operations.save_draft(anna, draft.node, proposals.writing(title="Noch ein Titel"), base_revision=1, draft=draft)
    assert notes(mira) == ["joint_reworded"]
    with pytest.raises(together.NotYetAgreed):
        submitted(draft)
    with pytest.raises(together.TextChanged):
        together.agree(mira, draft, read=before)
    together.agree(mira, draft, read=fingerprint(draft))
    together.agree(mira, draft, read=fingerprint(draft))
    assert notes(anna) == ["joint_agreed"] * 2
    submitted(draft)


def test_saving_the_same_text_asks_nobody(app: Flask):
    anna = user()
    draft = proposals.draft(anna)
    mira = joined(draft, user())
    operations.save_draft(anna, draft.node, proposals.writing(), base_revision=1, draft=draft)
    assert notes(mira) == []
    submitted(draft)


def test_an_invitation_whose_time_is_over_holds_up_nothing(app: Flask):
    anna = user()
    draft = proposals.draft(anna)
    together.invite_person(anna, draft, ADDRESS, period=timedelta(0))
    together.invite_organisation(anna, draft, initiative(user()).id, period=timedelta(0))
    submitted(draft)
    assert draft.coauthors == []


def test_an_author_takes_an_invitation_back_or_goes_on_alone(app: Flask):
    anna = user()
    draft = proposals.draft(anna)
    mira = joined(draft, user())
    together.invite_person(anna, draft, ADDRESS)
    link = token()
    for one in list(draft.coauthors):
        together.take_back(anna, draft, one.id)
    assert notes(mira) == ["joint_removed"]
    assert queries.shared_draft(draft.id, mira) is None
    with pytest.raises(together.InvitationEnded):
        together.join_by_link(mira, link, read=fingerprint(draft))
    with pytest.raises(NotFound):
        together.take_back(anna, draft, 999_999)
    submitted(draft)


def test_co_authors_decline_and_go_while_it_is_a_draft(app: Flask):
    anna, tomasz = user(), user()
    group = initiative(tomasz)
    draft = proposals.draft(anna)
    mira = joined(draft, user("Mira"))
    together.invite_organisation(anna, draft, group.id)
    together.go(tomasz, draft)
    together.go(mira, draft)
    together.invite_person(anna, draft, ADDRESS)
    together.decline_by_link(token())
    assert draft.coauthors == []
    assert notes(anna)[1:] == ["joint_declined", "joint_declined", "joint_declined_by_mail"]
    mira = joined(draft, mira)
    submitted(draft)
    with pytest.raises(Denied):
        together.go(mira, draft)


def test_a_later_wording_is_a_version_that_says_who_consented(app: Flask):
    anna, tomasz = user("Anna"), user("Tomasz")
    group = initiative(tomasz, name="Verein")
    draft = proposals.draft(anna)
    mira = joined(draft, user("Mira"))
    together.invite_organisation(anna, draft, group.id)
    together.agree(tomasz, draft, read=fingerprint(draft))
    submitted(draft)
    old = fingerprint(draft)
    operations.edit(anna, draft, proposals.writing(wording="Radwege überall"), base_revision=1)
    assert agreed(draft) == {1: ("Mira", "Verein"), 2: ()}
    assert notes(mira)[-1] == notes(tomasz)[-1] == "joint_new_version"
    with pytest.raises(together.TextChanged):
        together.agree(mira, draft, read=old)
    together.agree(mira, draft, read=fingerprint(draft))
    together.agree(mira, draft, read=fingerprint(draft))
    assert agreed(draft) == {1: ("Mira", "Verein"), 2: ("Mira",)}
    view = queries.proposal(draft.number, None)
    assert [view.agrees(one) for one in view.joint] == [True, False]
    with pytest.raises(Denied):
        together.agree(user(), draft, read=fingerprint(draft))
    assert db.session.scalar(select(func.count()).select_from(ProposalConsent)) == 3


def test_given_back_and_rewritten_it_needs_all_consents_again(app: Flask):
    anna = user()
    draft = proposals.draft(anna)
    mira = joined(draft, user("Mira"))
    submitted(draft)
    operations.send_back(accounts.moderator(), draft, "Der Nutzen fehlt.")
    assert notes(mira)[-1] == "joint_draft"
    operations.save_draft(anna, draft.node, proposals.writing(title="Ein neuer Titel"), base_revision=1, draft=draft)
    with pytest.raises(together.NotYetAgreed):
        submitted(draft)
    together.agree(mira, draft, read=fingerprint(draft))
    submitted(draft)
    assert agreed(draft) == {1: ("Mira",), 2: ("Mira",)}


# --- what joint authors may ---------------------------------------------------------------------------------------


def test_joint_authors_neither_sign_nor_judge_their_own(app: Flask):
    anna, chair = user(), accounts.moderator()
    draft = proposals.draft(anna)
    mira = joined(draft, user())
    joined(draft, chair)
    submitted(draft)
    with pytest.raises(Denied):
        support(mira, draft)
    for judge in (policy.may_check, policy.may_hide):
        assert not judge(chair, draft)
        assert judge(accounts.moderator(), draft)
    assert not policy.may_edit(mira, draft)
    assert not policy.may_withdraw(mira, draft)
    draft.hidden_for = "Regel 1"
    assert policy.may_read(mira, draft)
    assert not policy.may_read(user(), draft)
    (row,) = queries.proposals_page(None, queries.Filters()).rows
    assert row.joint == ()


def test_it_stands_in_the_lists_of_all_its_authors(app: Flask):
    anna, tomasz = user(), user()
    group = initiative(tomasz)
    draft = proposals.draft(anna)
    mira = joined(draft, user())
    together.invite_organisation(anna, draft, group.id)
    assert queries.by_author(mira.id, mira)[0] == queries.by_initiative(group.id, None)[0] == []
    together.agree(tomasz, draft, read=fingerprint(draft))
    submitted(draft)
    for rows, _next in (
        queries.by_author(anna.id, None),
        queries.by_author(mira.id, None),
        queries.by_initiative(group.id, None),
    ):
        assert [row.id for row in rows] == [draft.id]
    assert queries.by_author(tomasz.id, None)[0] == []


# --- leaving ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("remove", [True, False])
def test_who_deletes_their_account_leaves_drafts_and_names_nobody(app: Flask, remove):
    anna, mira = user(), leaver()
    public, draft = proposals.draft(anna), proposals.draft(anna)
    for one in (public, draft):
        joined(one, mira)
    submitted(public)
    together.invite_person(anna, draft, mira.email)
    make.gone(mira, remove=remove)
    db.session.expire_all()
    assert draft.coauthors == []
    assert [one.name for one in public.coauthors] == ([] if remove else ["gelöschtes Konto"])
    assert agreed(public) == {1: () if remove else ("gelöschtes Konto",)}


def test_a_proposal_that_others_wrote_too_stays_without_its_author(app: Flask):
    anna = leaver()
    public, draft = proposals.draft(anna), proposals.draft(anna)
    for one in (public, draft):
        joined(one, user("Mira"))
    submitted(public)
    ident = draft.id
    make.gone(anna, remove=True)
    db.session.expire_all()
    assert public.wording
    assert db.session.get(Proposal, ident) is None
    assert [one.name for one in public.coauthors] == ["Mira"]


def test_a_draft_that_is_thrown_away_takes_its_invitations_along(app: Flask):
    anna = user()
    draft = proposals.draft(anna)
    joined(draft, user())
    together.invite_person(anna, draft, ADDRESS)
    operations.discard_draft(anna, draft)
    assert db.session.scalar(select(func.count()).select_from(CoAuthor)) == 0


def test_addresses_of_invitations_go_when_their_time_is_over(app: Flask):
    anna = user()
    draft = proposals.draft(anna)
    mira = joined(draft, user())
    together.invite_person(anna, draft, ADDRESS, period=timedelta(0))
    together.invite_person(anna, draft, "bleibt@example.net")
    assert retention.tidy_invitations(now()) == 1
    db.session.expire_all()
    assert [(one.user_id, one.email) for one in draft.coauthors] == [(mira.id, ""), (None, "bleibt@example.net")]


# --- pages --------------------------------------------------------------------------------------------------------


def change_to(client: FlaskClient, person: User) -> None:
    g.pop("_login_user", None)
    log_in(client, person)


def send(client: FlaskClient, path: str, page: str, **fields: str):
    db.session.commit()
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get(page).text)
    return client.post(path, data={"csrf_token": found[1], **fields})


def reading(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text[:500]
    return html.unescape(answer.text)


@pytest.mark.one_database
def test_the_whole_way_by_pages(client: FlaskClient):
    anna, mira, stranger = user("Anna"), user("Mira"), user()
    group = initiative(user("Tomasz"), name="Verein")
    draft = proposals.draft(anna)
    home = f"/vorschlaege/entwurf/{draft.id}/gemeinsam"
    log_in(client, anna)
    assert send(client, f"{home}/person", home, email="kein-at").status_code == 422
    assert send(client, f"{home}/person", home, email=anna.email).status_code == 422
    assert send(client, f"{home}/person", home, email=ADDRESS).status_code == 303
    assert send(client, f"{home}/organisation", home, organisation="").status_code == 422
    assert send(client, f"{home}/organisation", home, organisation=str(group.id)).status_code == 303
    page = reading(client, home)
    assert ADDRESS in page
    assert "Verein" in page
    review = f"/vorschlaege/entwurf/{draft.id}/pruefen"
    assert "Noch haben nicht alle zugestimmt" in reading(client, review)
    assert send(client, review, home).headers["Location"].endswith("/gemeinsam")
    assert draft.number is None

    change_to(client, stranger)
    assert client.get(home).status_code == 404
    change_to(client, mira)
    link = f"/vorschlaege/einladung/{token()}"
    page = reading(client, link)
    assert draft.reason.split()[0] in page
    assert ADDRESS not in page
    assert draft.coauthors[0].user_id is None
    read = re.search(r'name="read" value="([0-9a-f]{64})"', page)[1]
    assert send(client, link, link, read="alt").status_code == 409
    assert send(client, link, link, read=read).status_code == 303
    assert client.get(link).status_code == 410
    page = reading(client, home)
    assert "Sie haben diesem Text zugestimmt" in page
    assert 'name="email"' not in page
    assert draft.title in reading(client, "/vorschlaege/entwuerfe")
    assert client.get(f"/vorschlaege/entwurf/{draft.id}").status_code == 404

    change_to(client, db.session.scalars(select(User).where(User.display_name == "Tomasz")).one())
    page = reading(client, home)
    assert ADDRESS not in page
    assert send(client, f"{home}/zustimmen", home, read="alt").status_code == 409
    assert send(client, f"{home}/zustimmen", home, read=read).status_code == 303
    change_to(client, anna)
    assert send(client, review, home).status_code == 303
    page = reading(client, f"/vorschlaege/{draft.number}")
    assert "gemeinsam mit" in page
    assert "Alle Mitautor:innen stimmen diesem Wortlaut zu." in page
    assert "gemeinsam mit Mira, Verein" in reading(client, "/vorschlaege")

    operations.edit(anna, draft, proposals.writing(wording="Radwege überall"), base_revision=1)
    db.session.commit()
    db.session.expire_all()
    public = f"/vorschlaege/{draft.number}"
    assert "Ohne Zustimmung bisher: Mira, Verein." in reading(client, public)
    change_to(client, mira)
    read = re.search(r'name="read" value="([0-9a-f]{64})"', reading(client, public))[1]
    assert send(client, f"{public}/zustimmen", public, read="alt").status_code == 409
    assert send(client, f"{public}/zustimmen", public, read=read).status_code == 303
    assert "Diesem Wortlaut stimmen als Mitautor:innen zu: Mira." in reading(client, public)
    versions = reading(client, f"{public}/versionen")
    assert "stimmten zu: Mira, Verein" in versions
    assert "stimmten zu: Mira, Verein" in reading(client, f"{public}/versionen/1")


@pytest.mark.one_database
def test_an_invitation_is_acted_on_by_post_alone(client: FlaskClient):
    anna, mira = user(), user()
    draft = proposals.draft(anna)
    together.invite_person(anna, draft, ADDRESS)
    link = f"/vorschlaege/einladung/{token()}"
    db.session.commit()
    assert client.get(link).status_code == 303
    log_in(client, mira)
    for _ in range(2):
        assert client.get(link).status_code == 200
        assert client.head(link).status_code == 200
    assert draft.coauthors[0].user_id is None
    assert client.post(link, data={"read": fingerprint(draft)}).status_code == 400
    assert send(client, link, link, ablehnen="1").status_code == 303
    assert db.session.scalar(select(func.count()).select_from(CoAuthor)) == 0
    assert client.get(link).status_code == 410


@pytest.mark.one_database
def test_a_joint_page_costs_what_another_costs(client: FlaskClient, statements):
    alone, joint = proposals.draft(), proposals.draft()
    for _ in range(3):
        joined(joint, user())
    numbers = []
    for number in [submitted(one).number for one in (alone, joint)]:
        db.session.commit()
        db.session.expunge_all()
        with statements() as counted:
            reading(client, f"/vorschlaege/{number}")
        numbers.append(counted.number)
    assert numbers[0] == numbers[1] <= 8
    with statements() as counted:
        reading(client, "/vorschlaege")
    assert counted.number <= 5


@pytest.mark.one_database
def test_the_letter_is_written_without_the_drafts_words(app: Flask):
    anna = user("Anna")
    draft = proposals.draft(anna, title="Ein geheimer Titel")
    together.invite_person(anna, draft, ADDRESS)
    letter = render(db.session.scalars(select(Letter)).one())
    assert letter.recipient == ADDRESS
    assert f"http://localhost/vorschlaege/einladung/{token()}" in letter.text
    assert draft.node.label in letter.text
    assert "geheimer" not in letter.subject + letter.text
