"""Pages of accounts: what people see, and what must not happen."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from participation.accounts import passwords
from participation.accounts.initiatives import apply_initiative
from participation.accounts.logins import begin_login
from participation.accounts.models import LoginMethod, User
from participation.app import create_app
from participation.base.db import db
from participation.notify.models import Letter
from participation.web.kept import Kept
from participation.web.postman import deliver_now
from participation.web.security import limiter
from tests.factories.accounts import PASSWORD, initiative, log_in, moderator, user
from tests.factories.letters import last_letter
from tests.web_helpers import form_token, token_in

pytestmark = pytest.mark.one_database

REGISTER = "/konto/registrieren"
LOGIN = "/konto/anmelden"
TYPED = Kept("/strategie/x/beitrag", (("body", "Der Radweg fehlt\nab Podrosche."), ("kind", "erfahrung")))


def fields(**changes) -> dict[str, str]:
    start = {"email": "anna@example.org", "display_name": "Anna", "password": PASSWORD, "locale": "de", "residence": ""}
    return start | changes


def send(client, path: str, data: dict[str, str], page: str | None = None):
    return client.post(path, data={"csrf_token": form_token(client, page or path), **data})


def person_with_password(**rest) -> User:
    person = user(**rest)
    person.password_hash = passwords.hash_password(PASSWORD)
    db.session.commit()
    return person


def text(answer) -> str:
    return answer.get_data(as_text=True)


def mail_link(part: str) -> str:
    letter = db.session.scalars(select(Letter).order_by(Letter.id.desc()).limit(1)).one()
    return f"{part}/{letter.params['token']}"


def test_from_registering_to_being_logged_in(client):
    assert send(client, REGISTER, fields(residence="guben")).status_code == 303
    link = mail_link("/konto/bestaetigen")
    page = client.get(link)
    assert page.status_code == 200
    assert not db.session.scalars(select(User)).one().is_confirmed, "opening the link must not confirm"
    assert client.post(link, data={"csrf_token": token_in(text(page))}).status_code == 303
    answer = send(
        client, LOGIN, {"email": "Anna@example.org ", "password": PASSWORD, "next": "/meine-beitraege"}, LOGIN
    )
    assert (answer.status_code, answer.headers["Location"]) == (303, "/meine-beitraege")
    assert "Anna" in text(client.get("/konto/profil"))


def test_known_and_unknown_addresses_get_the_same_answers(client):
    known = user()
    answers = [send(client, REGISTER, fields(email=address)) for address in (known.email, "neu@example.org")]
    assert len({(a.status_code, a.headers["Location"]) for a in answers}) == 1
    answers = [send(client, "/konto/passwort", {"email": address}) for address in (known.email, "nie@example.org")]
    assert len({(a.status_code, a.headers["Location"]) for a in answers}) == 1
    pages = {
        re.sub(r'value="[^"]*"', "", text(send(client, LOGIN, {"email": address, "password": "falsch falsch"})))
        for address in (known.email, "nie@example.org")
    }
    assert len(pages) == 1


def test_what_is_missing_is_said_and_nothing_is_lost(client):
    answer = send(client, REGISTER, fields(email="anna@", password="zu-knapp", display_name="http://x.de"))
    page = text(answer)
    assert answer.status_code == 422
    assert "Nach dem @ fehlt der Anbieter" in page
    assert "10 bis 200 Zeichen" in page
    assert "Internet-Adresse" in page
    assert 'value="http://x.de"' in page
    assert "zu-knapp" not in page
    assert db.session.scalars(select(Letter)).all() == []


def test_a_machine_that_fills_every_field_registers_nobody(client):
    answer = send(client, REGISTER, fields(homepage="https://spam.example"))
    assert answer.status_code == 303
    assert db.session.scalars(select(User)).all() == []


def test_an_unconfirmed_account_is_told_so_only_with_the_right_password(client):
    person = person_with_password(confirmed=False)
    wrong = text(send(client, LOGIN, {"email": person.email, "password": "falsch falsch"}))
    assert "passen nicht zusammen" in wrong
    assert "noch nicht bestätigt" not in wrong
    right = send(client, LOGIN, {"email": person.email, "password": PASSWORD})
    assert right.status_code == 422
    assert "noch nicht bestätigt" in text(right)
    again = {"csrf_token": token_in(text(right)), "email": person.email}
    assert client.post("/konto/bestaetigen", data=again).status_code == 303
    assert db.session.scalars(select(Letter.template)).one() == "accounts/confirm"


def test_log_in_starts_a_new_session_and_log_out_takes_a_post(client):
    person = person_with_password()
    token = form_token(client, LOGIN)
    with client.session_transaction() as session:
        session["planted"] = "x"
    client.post(LOGIN, data={"csrf_token": token, "email": person.email, "password": PASSWORD})
    with client.session_transaction() as session:
        assert "planted" not in session
        assert session.permanent
    assert client.get("/konto/abmelden").status_code == 405
    assert client.get("/konto/profil").status_code == 200
    send(client, "/konto/abmelden", {}, "/konto/profil")
    assert client.get("/konto/profil").status_code == 303


@pytest.mark.parametrize("target", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_log_in_leads_nowhere_else(client, target):
    person = person_with_password()
    answer = send(client, LOGIN, {"email": person.email, "password": PASSWORD, "next": target})
    assert answer.headers["Location"] == "/"


def test_what_was_typed_survives_the_log_in(client):
    person = person_with_password()
    data = {"email": person.email, "kept": TYPED.dump()}
    wrong = text(send(client, LOGIN, data | {"password": "falsch falsch"}))
    assert "ab Podrosche." in wrong
    page = text(send(client, LOGIN, data | {"password": PASSWORD}))
    assert "Jetzt absenden" in page
    assert 'action="/strategie/x/beitrag"' in page
    assert 'name="kind" value="erfahrung"' in page
    client_token = token_in(page.split('action="/strategie/x/beitrag"')[1])
    assert client.post("/konto/abmelden", data={"csrf_token": client_token}).status_code == 303, (
        "the token must be valid"
    )


def test_what_was_typed_survives_registering_in_between(client):
    token = form_token(client, LOGIN)
    opened = client.post(REGISTER, data={"csrf_token": token, "kept": TYPED.dump(), "beginnen": "1"})
    assert opened.status_code == 200
    assert "ab Podrosche." in text(opened)
    assert "kern-error" not in text(opened)
    data = fields(kept=TYPED.dump(), csrf_token=token_in(text(opened)))
    refused = client.post(REGISTER, data=data | {"password": "kurz"})
    assert "ab Podrosche." in text(refused)
    waiting = text(client.post(REGISTER, data=data))
    assert "ab Podrosche." in waiting
    link = mail_link("/konto/bestaetigen")
    client.post(link, data={"csrf_token": form_token(client, link)})
    login = {"csrf_token": token_in(waiting), "email": "anna@example.org", "password": PASSWORD, "kept": TYPED.dump()}
    assert "Jetzt absenden" in text(client.post(LOGIN, data=login))


def test_a_used_or_invented_link_says_what_to_do(client):
    for path in ("/konto/bestaetigen/erfunden", "/konto/passwort/neu/erfunden"):
        answer = client.get(path)
        assert answer.status_code == 410
        assert "gilt nicht mehr" in text(answer)


def test_a_new_password_by_link_ends_the_sessions_of_others(app, client):
    person = person_with_password()
    other = app.test_client()
    log_in(other, person)
    send(client, "/konto/passwort", {"email": person.email})
    link = mail_link("/konto/passwort/neu")
    assert send(client, link, {"password": "kurz"}).status_code == 422
    assert send(client, link, {"password": "ein neues Passwort"}).status_code == 303
    assert other.get("/konto/profil").status_code == 303
    assert client.get(link).status_code == 410


def test_changing_the_password_keeps_this_session_and_ends_the_others(app, client):
    person = person_with_password()
    other = app.test_client()
    log_in(other, person)
    log_in(client, person)
    data = {"password_now": "falsch falsch", "password_new": "ein neues Passwort"}
    assert send(client, "/konto/profil/passwort", data, "/konto/profil").status_code == 422
    data["password_now"] = PASSWORD
    assert send(client, "/konto/profil/passwort", data, "/konto/profil").status_code == 303
    assert client.get("/konto/profil").status_code == 200
    assert other.get("/konto/profil").status_code == 303


def test_the_profile_form_takes_only_its_own_fields(client):
    person = user("Anna")
    log_in(client, person)
    data = {"display_name": "Anna N.", "residence": "goerlitz", "locale": "de", "role": "moderator", "email": "x@y.de"}
    assert send(client, "/konto/profil", data).status_code == 303
    assert (person.display_name, person.residence_id) == ("Anna N.", "goerlitz")
    assert not person.is_moderator
    assert person.email != "x@y.de"


def test_visitors_get_a_cookie_only_where_there_is_a_form(client):
    person = user("Anna Noack")
    group = initiative(person)
    for path in (f"/personen/{person.id}", "/initiativen", f"/initiativen/{group.slug}", "/konto/registriert"):
        answer = client.get(path)
        assert answer.status_code == 200
        assert "Set-Cookie" not in answer.headers, path
    assert "Set-Cookie" in client.get(LOGIN).headers


def test_an_address_is_shown_to_nobody_else(client):
    person = user("Anna Noack")
    assert person.email not in text(client.get(f"/personen/{person.id}"))
    assert client.get(f"/personen/{user(confirmed=False).id}").status_code == 404


def test_limits_hold_for_one_mailbox_and_one_visitor(databases):
    settings = databases.settings(databases.copy("sqlite"))
    settings.RATELIMIT_ENABLED = True
    client = create_app(settings).test_client()
    try:
        token = form_token(client, "/konto/passwort")
        asked = [{"csrf_token": token, "email": "A@example.org "} for _ in range(6)]
        assert [client.post("/konto/passwort", data=data).status_code for data in asked] == [303] * 5 + [429]
        assert client.post("/konto/passwort", data={**asked[0], "email": "b@example.org"}).status_code == 303
        tries = [{"csrf_token": token, "email": f"{n}@example.org", "password": "x"} for n in range(31)]
        assert [client.post(LOGIN, data=data).status_code for data in tries] == [422] * 30 + [429]
    finally:
        limiter.enabled = False


def test_applications_are_hidden_until_verified(app, client):
    anna = user()
    about = {"seat": "Guben", "purpose": "Radwege an der Neiße", "contact": "k@example.org"}
    group = apply_initiative(anna, name="Neiße-Radweg", **about)
    chairperson = moderator()
    db.session.commit()
    path = f"/initiativen/{group.slug}"
    assert client.get(path).status_code == 404
    log_in(client, anna)
    assert "wird geprüft" in text(client.get(path))
    decision = f"/moderation/initiativen/{group.id}"
    assert client.get(decision).status_code == 403
    chair = app.test_client()
    log_in(chair, chairperson)
    assert send(chair, decision, {"ablehnen": "1", "reason": ""}).status_code == 422
    assert send(chair, decision, {"bestaetigen": "1"}).status_code == 422
    checked = {"bestaetigen": "1", "reason": "Im Vereinsregister nachgesehen."}
    assert send(chair, decision, checked).status_code == 303
    assert app.test_client().get(path).status_code == 200


def test_delegates_manage_mandates_on_the_page(app, client):
    anna, tomasz, other = user("Anna"), user("Tomasz"), user()
    group = initiative(anna)
    db.session.commit()
    path = f"/initiativen/{group.slug}"
    log_in(client, anna)
    assert send(client, f"{path}/mandate", {"person": "Tomasz"}, path).status_code == 422
    whole = {"person": f"http://localhost/personen/{tomasz.id}", "mandate": "Sprecher für Radwege"}
    assert send(client, f"{path}/mandate", whole, path).status_code == 303
    assert "Tomasz" in text(client.get(path))
    stranger = app.test_client()
    log_in(stranger, other)
    refused = send(stranger, f"{path}/mandate/{anna.id}/beenden", {}, "/konto/profil")
    assert refused.status_code == 403


def test_the_application_form_keeps_what_was_typed(client):
    anna = user()
    taken = initiative(anna, name="Neiße-Radweg")
    db.session.commit()
    log_in(client, anna)
    data = {
        "name": taken.name,
        "seat": "Guben",
        "purpose": "Radwege an der Neiße bauen.",
        "contact": "k@example.org",
        "website": "javascript:alert(1)",
        "kind": "traeger",
        "languages": ["de", "pl"],
    }
    answer = send(client, "/initiativen/anmelden", data)
    assert answer.status_code == 422
    assert "Radwege an der Neiße bauen." in text(answer)
    answer = send(client, "/initiativen/anmelden", data | {"website": ""})
    assert answer.status_code == 409
    assert "gibt es schon" in text(answer)


def test_mails_are_written_with_their_links(app, client, capsys):
    folder = Path(app.config["INSTANCE"]) / "mail"
    earlier = {*folder.glob("*.eml")}
    send(client, REGISTER, fields())
    assert deliver_now().sent == 1
    said = capsys.readouterr().out
    assert "Mail an anna@example.org: Bestätigen Sie Ihre E-Mail-Adresse http://localhost/konto/bestaetigen/" in said
    (mail,) = {*folder.glob("*.eml")} - earlier
    assert (mail.stat().st_mode & 0o777, folder.stat().st_mode & 0o777) == (0o600, 0o700)
    mail.unlink()
    letter = db.session.scalars(select(Letter).execution_options(populate_existing=True)).one()
    assert letter.params == {}
    assert letter.sent_at is not None


def test_a_mailed_link_logs_in_by_a_click_not_by_being_opened(app, client):
    person = user("Anna Noack")
    db.session.commit()
    assert send(client, "/konto/link", {"email": person.email}).headers["Location"] == "/konto/link/unterwegs"
    address = f"/konto/link/{last_letter().params['token']}"
    assert "Ein Klick noch" in text(client.get(address))
    assert client.get("/konto/profil").status_code == 303
    assert send(client, address, {}).status_code == 303
    assert "mit einem Link per E-Mail" in text(client.get("/konto/profil"))
    assert client.get(address).status_code == 410


def test_asking_for_a_link_answers_the_same_for_every_address(app, client):
    person = user()
    db.session.commit()
    answers = [send(client, "/konto/link", {"email": email}) for email in (person.email, "niemand@example.org")]
    assert [a.status_code for a in answers] == [303, 303]
    assert answers[0].headers["Location"] == answers[1].headers["Location"]


def test_one_device_is_logged_out_and_then_all(app, client):
    person = user()
    log_in(client, person)
    begin_login(person, LoginMethod.LINK, "Safari, iPhone", timedelta(days=1))
    db.session.commit()
    page = text(client.get("/konto/profil"))
    assert "Safari, iPhone" in page
    (address,) = set(re.findall(r"/konto/geraete/[0-9]+/abmelden", page))
    send(client, address, {}, page="/konto/profil")
    assert "Safari, iPhone" not in text(client.get("/konto/profil"))
    assert send(client, "/konto/geraete/abmelden", {}, page="/konto/profil").headers["Location"] == "/konto/anmelden"
    assert client.get("/konto/profil").status_code == 303


def test_a_guessable_password_is_refused_where_it_is_typed(app, client):
    answer = send(client, REGISTER, fields(password="passwort12345"))
    assert answer.status_code == 422
    assert "errät man schnell" in text(answer)
    assert "Anna" in text(answer)
    assert db.session.scalar(select(func.count(Letter.id))) == 0
