"""Second factors: codes count once, recovery codes too, and whoever holds a power needs one where it is required."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import partial

import pyotp
import pytest
import time_machine
from sqlalchemy import select

from participation.accounts import factors
from participation.accounts.factor_models import ParkedForm, RecoveryCode, Totp
from participation.accounts.logins import logged_in, logins_of
from participation.accounts.models import LoginMethod, Role, User
from participation.accounts.operations import create_account
from participation.accounts.parking import LIFETIME, fetch, park
from participation.base.clock import now
from participation.base.db import db
from participation.base.sealing import Unsealable, seal, unseal
from participation.base.verdict import NotFound
from tests.factories import resolutions
from tests.factories.accounts import PASSWORD, log_in, moderator, user
from tests.factories.letters import last_letter
from tests.races import together
from tests.web_helpers import form_token, token_in

KEY = "a key for these tests"


def with_app(person, key=KEY):
    """Set an app up; return its generator and the recovery codes."""
    factors.begin_totp(person, key)
    totp = pyotp.TOTP(factors.waiting_secret(person, key))
    codes = factors.confirm_totp(person, totp.at(now() - timedelta(seconds=30)), key)
    return totp, codes


def test_what_is_sealed_opens_with_the_same_secret_and_purpose_only():
    kept = seal(KEY, "totp", "geheim")
    assert "geheim" not in kept
    assert unseal(KEY, "totp", kept) == "geheim"
    for secret, purpose, text in ((KEY, "anderes", kept), ("anderer", "totp", kept), (KEY, "totp", kept[:-2])):
        with pytest.raises(Unsealable):
            unseal(secret, purpose, text)


def test_an_app_protects_only_once_its_first_code_was_right(app):
    person = user()
    factors.begin_totp(person, KEY)
    assert not factors.has_factor(person)
    with pytest.raises(factors.WrongCode):
        factors.confirm_totp(person, "000000", KEY)
    totp, codes = with_app(person)
    assert factors.has_factor(person)
    assert len(set(codes)) == factors.CODES
    assert factors.waiting_secret(person, KEY) is None, "the secret is never shown again"
    assert totp.secret not in db.session.get(Totp, person.id).sealed
    assert last_letter().params["change"] == "totp_added"
    with pytest.raises(factors.FactorThere):
        factors.begin_totp(person, KEY)


def test_a_code_counts_once_and_earlier_ones_never(app):
    person = user()
    totp, _codes = with_app(person)
    factors.give_code(person, f"{totp.now()[:3]} {totp.now()[3:]}", KEY)
    for used in (totp.now(), totp.at(now() - timedelta(seconds=30))):
        with pytest.raises(factors.WrongCode):
            factors.give_code(person, used, KEY)
    with time_machine.travel(now() + timedelta(minutes=2)):
        factors.give_code(person, totp.now(), KEY)
        with pytest.raises(factors.WrongCode):
            factors.give_code(person, totp.at(now() - timedelta(minutes=2)), KEY)


def test_with_another_key_no_code_is_right_but_recovery_codes_are(app):
    person = user()
    totp, codes = with_app(person)
    with pytest.raises(factors.WrongCode):
        factors.give_code(person, totp.now(), "another key")
    factors.give_code(person, codes[0], "another key")


def test_a_recovery_code_counts_once_is_hashed_and_is_told(app):
    person, stranger = user(), user()
    _totp, codes = with_app(person)
    with_app(stranger)
    kept = db.session.scalars(select(RecoveryCode.digest)).all()
    assert not [one for one in kept if codes[0].replace("-", "") in one]
    with pytest.raises(factors.WrongCode):
        factors.give_code(stranger, codes[0], KEY)
    factors.give_code(person, codes[0].upper(), KEY)
    assert last_letter().params["change"] == "code_used"
    with pytest.raises(factors.WrongCode):
        factors.give_code(person, codes[0], KEY)
    assert factors.factors_of(person).codes_left == 9
    new = factors.renew_codes(person)
    with pytest.raises(factors.WrongCode):
        factors.give_code(person, codes[1], KEY)
    assert factors.owns_codes(person, new)
    assert not factors.owns_codes(stranger, new)
    assert not factors.owns_codes(person, codes)


def test_without_a_factor_recovery_codes_mean_nothing(app):
    person = user()
    _totp, codes = with_app(person)
    factors.remove_totp(person)
    with pytest.raises(factors.WrongCode):
        factors.give_code(person, codes[0], KEY)
    assert factors.factors_of(person).codes_left == 0
    for wrong in (factors.remove_totp, lambda one: factors.remove_passkey(one, 1)):
        with pytest.raises(NotFound):
            wrong(person)


def test_of_two_at_once_one_code_lets_one_in(separate_app):
    with separate_app.app_context():
        person = user()
        totp, codes = with_app(person)
        db.session.commit()
        person_id = person.id

    for code in (totp.now(), codes[0]):
        give = partial(lambda typed: factors.give_code(db.session.get(User, person_id), typed, KEY), code)
        answers = together(separate_app, [give] * 4)
        assert sorted(type(one).__name__ for one in answers) == ["NoneType"] + ["WrongCode"] * 3


def test_a_parked_form_comes_back_once_and_only_with_its_secret(app):
    secret = park("was ich schrieb")
    row = db.session.scalars(select(ParkedForm)).one()
    assert "schrieb" not in row.sealed
    assert secret not in row.digest
    assert fetch("geraten") is None
    assert fetch(secret) == "was ich schrieb"
    assert fetch(secret) is None
    late = park("zu spät")
    with time_machine.travel(now() + LIFETIME + timedelta(seconds=1)):
        assert fetch(late) is None


# --- pages -------------------------------------------------------------------------------------------------------


def account(role=Role.RESIDENT, *, key=None):
    person = create_account(email="berta@example.org", display_name="Berta", password=PASSWORD, role=role)
    totp, codes = with_app(person, key) if key else (None, ())
    db.session.commit()
    return person, totp, codes


def send_password(client, **rest):
    data = {"email": "berta@example.org", "password": PASSWORD, "csrf_token": form_token(client, "/konto/anmelden")}
    return client.post("/konto/anmelden", data={**data, **rest})


def test_password_alone_is_half_a_login(app, client):
    _person, totp, _codes = account(key=app.config["SECRET_KEY"])
    first = send_password(client, next="/meine-beitraege")
    assert first.status_code == 303
    assert first.location.startswith("/konto/zweiter-schritt?next=")
    assert client.get("/konto/profil").status_code == 303, "nobody is logged in yet"
    token = form_token(client, first.location)
    wrong = client.post("/konto/zweiter-schritt", data={"csrf_token": token, "proof_code": "000000"})
    assert wrong.status_code == 422
    assert client.get("/konto/profil").status_code == 303
    data = {"csrf_token": token, "proof_code": totp.now(), "next": "/meine-beitraege"}
    done = client.post("/konto/zweiter-schritt", data=data)
    assert (done.status_code, done.location) == (303, "/meine-beitraege")
    assert "in zwei Schritten" in client.get("/konto/profil").text


def test_what_was_typed_survives_both_steps(app, client):
    _person, totp, _codes = account(key=app.config["SECRET_KEY"])
    kept = '{"path": "/strategie/x/beitrag", "fields": [["body", "Mein langer Text"]]}'
    second = send_password(client, kept=kept)
    assert second.status_code == 200
    assert "Mein langer Text" in second.text
    data = {"csrf_token": token_in(second.text), "kept": kept}
    wrong = client.post("/konto/zweiter-schritt", data={**data, "proof_code": "1"})
    assert wrong.status_code == 422
    assert "Mein langer Text" in wrong.text
    done = client.post("/konto/zweiter-schritt", data={**data, "proof_code": totp.now()})
    assert "Jetzt absenden" in done.text
    assert "Mein langer Text" in done.text


def test_the_first_step_ends_by_itself_and_with_a_new_password(app, client):
    person, totp, _codes = account(key=app.config["SECRET_KEY"])
    send_password(client)
    assert client.get("/konto/zweiter-schritt").status_code == 200
    with time_machine.travel(now() + timedelta(minutes=11)):
        assert client.get("/konto/zweiter-schritt").status_code == 303
    person.password_hash = "$argon2id$another"
    db.session.commit()
    assert client.get("/konto/zweiter-schritt").status_code == 303
    token = form_token(client, "/konto/anmelden")
    client.post("/konto/zweiter-schritt", data={"csrf_token": token, "proof_code": totp.now()})
    assert client.get("/konto/profil").status_code == 303


@pytest.mark.one_database
def test_wrong_passwords_answer_alike_with_and_without_account_or_factor(app, client):
    account(key=app.config["SECRET_KEY"])

    def body(email):
        answer = send_password(client, email=email, password="falsch geraten")
        assert answer.status_code == 422
        return re.sub(r'value="[^"]*"', "", answer.text)

    assert body("berta@example.org") == body("niemand@example.org")


@pytest.mark.one_database
def test_wrong_passwords_cost_the_same_work(app, client, statements, monkeypatch):
    from participation.accounts import passwords

    hashed = []
    verify = passwords.verify
    monkeypatch.setattr(passwords, "verify", lambda *given: hashed.append(1) or verify(*given))
    account(key=app.config["SECRET_KEY"])
    work = []
    for email in ("berta@example.org", "niemand@example.org"):
        token = form_token(client, "/konto/anmelden")
        hashed.clear()
        with statements() as counted:
            data = {"email": email, "password": "falsch geraten", "csrf_token": token}
            client.post("/konto/anmelden", data=data)
        work.append((len(hashed), counted.number))
    assert work[0] == work[1]
    assert work[0][0] == 1


@pytest.fixture
def required(app, monkeypatch):
    monkeypatch.setitem(app.config, "SECOND_FACTOR", "required")


def member():
    return resolutions.member(resolutions.bodies()[0])


@pytest.mark.one_database
@pytest.mark.parametrize("who", [moderator, lambda: user(role=Role.OPERATOR), member])
def test_a_power_waits_for_a_second_factor(app, client, required, who):
    person = who()
    db.session.commit()
    log_in(client, person)
    for path in ("/", "/konto/profil", "/moderation", "/betrieb/rollen", "/gremium", "/personen/1"):
        answer = client.get(path)
        assert answer.status_code == 403, path
        assert "zweiter Schritt" in answer.text
    for path in ("/konto/sicherheit", "/impressum"):
        assert client.get(path).status_code == 200, path


@pytest.mark.one_database
def test_residents_need_no_factor_and_a_strong_login_opens_the_workspace(app, client, required):
    log_in(client, user())
    assert client.get("/konto/profil").status_code == 200
    boss = moderator()
    from participation.accounts.logins import begin_login

    begin_login(boss, LoginMethod.PASSKEY, "", timedelta(days=1), strong=True)
    db.session.commit()
    with client.session_transaction() as session:
        session["_user_id"] = boss.get_id()
    assert client.get("/moderation").status_code == 200


@pytest.mark.one_database
def test_what_a_moderator_typed_waits_until_the_factor_is_there(app, client, required):
    boss = moderator()
    log_in(client, boss)
    kept = '{"path": "/moderation/x", "fields": [["reason", "Das verletzt Regel 3."]]}'
    page = client.get("/moderation")
    refused = client.post("/moderation", data={"csrf_token": token_in(page.text), "reason": "Das verletzt Regel 3."})
    assert refused.status_code in (403, 405)
    data = {"csrf_token": token_in(page.text), "kept": kept}
    assert client.post("/konto/sicherheit/einrichten", data=data).location == "/konto/sicherheit"
    token = form_token(client, "/konto/sicherheit")
    client.post("/konto/sicherheit/app/beginnen", data={"csrf_token": token})
    shown = client.get("/konto/sicherheit/app").text
    assert "data:image/svg+xml" in shown
    secret = re.search(r'ld-secret">([A-Z2-7 ]+)<', shown)[1].replace(" ", "")
    before = client.get("/konto/sicherheit").headers
    code = {"csrf_token": token, "proof_code": pyotp.TOTP(secret).now()}
    codes = client.post("/konto/sicherheit/app", data=code)
    assert "weiter mit meinem Text" in codes.text
    assert "no-store" in before["Cache-Control"]
    back = client.post("/konto/sicherheit/weiter", data={"csrf_token": token_in(codes.text)})
    assert "Das verletzt Regel 3." in back.text
    assert client.get("/moderation").status_code == 200
    assert [row.strong for row in logins_of(boss)] == [True], "a new log-in took the place of the weak one"


@pytest.mark.one_database
def test_changing_factors_needs_a_recent_proof(app, client):
    person, totp, _codes = account(key=app.config["SECRET_KEY"])
    log_in(client, person)
    with time_machine.travel(now() + timedelta(hours=1)):
        token = form_token(client, "/konto/sicherheit")
        data = {"csrf_token": token}
        for path in ("app/beginnen", "app/entfernen", "codes", "passkey", "passkey/1/entfernen"):
            assert client.post(f"/konto/sicherheit/{path}", data=data).location == "/konto/nachweis", path
        assert factors.has_factor(person)
        wrong = client.post("/konto/nachweis", data={**data, "password": PASSWORD})
        assert wrong.status_code == 422, "with a factor the password is not enough"
        assert client.post("/konto/nachweis", data={**data, "proof_code": totp.now()}).status_code == 303
        assert client.post("/konto/sicherheit/app/entfernen", data=data).location == "/konto/sicherheit"
        assert not factors.has_factor(person)
        assert last_letter().params["change"] == "totp_removed"


@pytest.mark.one_database
def test_codes_leave_as_a_file_only_for_their_owner(app, client):
    person, _totp, codes = account(key=app.config["SECRET_KEY"])
    log_in(client, person)
    data = {"csrf_token": form_token(client, "/konto/sicherheit"), "proof_codes": " ".join(codes)}
    answer = client.post("/konto/sicherheit/codes.txt", data=data)
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert codes[9] in answer.text
    assert client.post("/konto/sicherheit/codes.txt", data={**data, "proof_codes": "erfunden"}).status_code == 303


@pytest.mark.one_database
def test_a_foreign_or_old_answer_of_a_device_logs_nobody_in(app, client):
    token = form_token(client, "/konto/anmelden")
    for credential in ("", "{}", "kein json", '{"id": "AA", "rawId": "AA", "type": "public-key", "response": {}}'):
        client.post("/konto/passkey/frage", headers={"X-CSRFToken": token})
        answer = client.post("/konto/passkey", data={"csrf_token": token, "proof_credential": credential})
        assert answer.status_code == 422
        assert client.get("/konto/profil").status_code == 303
    again = client.post("/konto/passkey", data={"csrf_token": token, "proof_credential": "{}"})
    assert again.status_code == 422, "a question is asked once"


def test_an_operator_resets_factors_by_command(app):
    person, _totp, _codes = account(key=app.config["SECRET_KEY"])
    done = app.test_cli_runner().invoke(args=["accounts", "reset-factors", person.email])
    assert done.exit_code == 0, done.output
    assert not factors.has_factor(person)
    assert last_letter().params["change"] == "reset"
    assert app.test_cli_runner().invoke(args=["accounts", "reset-factors", "niemand@example.org"]).exit_code == 1


def test_a_login_knows_how_strong_it_is_in_one_statement(app, statements):
    from participation.accounts.logins import begin_login

    person = user()
    begin_login(person, LoginMethod.PASSKEY, "", timedelta(days=1), strong=True)
    secret = person.login_secret
    with statements() as counted:
        found = logged_in(secret)
    assert (found.login_strong, found.login_method, found.seated) == (True, LoginMethod.PASSKEY, False)
    assert counted.number == 1
