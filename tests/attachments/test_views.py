"""Adding files to drafts and handing them out, as people meet it."""

from __future__ import annotations

import html
import io
import os
from datetime import timedelta

import pytest
from sqlalchemy import func, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from participation.attachments.models import MAX_SIZE, Attachment
from participation.base.clock import now
from participation.base.db import db, transaction
from participation.proposals import attaching, leaving, operations
from participation.proposals.hiding import hide_proposal
from participation.proposals.models import ProposalAttachment, ProposalState
from participation.web.privacy import keeper
from tests.factories import proposals
from tests.factories.accounts import log_in, moderator, user
from tests.factories.attachments import attachment, pdf, picture
from tests.web_helpers import form_token


def words(answer) -> str:
    return html.unescape(answer.get_data(as_text=True))


def files() -> int:
    return db.session.scalar(select(func.count()).select_from(Attachment)) or 0


@pytest.fixture
def author(client):
    person = user("Anke Nowak")
    db.session.commit()
    log_in(client, person)
    return person


@pytest.fixture
def draft(author):
    made = proposals.draft(author)
    db.session.commit()
    return made


def page(draft) -> str:
    return f"/vorschlaege/entwurf/{draft.id}/anhaenge"


def upload(client, path: str, data: bytes | None = None, name: str = "plan.pdf", **fields: str):
    filled = {"title": "Plan der Radwege", "summary": "Drei Wege.", "csrf_token": form_token(client, path), **fields}
    if data is not None:
        filled["file"] = (io.BytesIO(data), name)
    return client.post(path, data=filled, content_type="multipart/form-data")


def test_a_file_is_attached_described_and_handed_out_as_a_download(client, draft):
    data = pdf()
    answer = upload(client, page(draft), data, "../Pläne/Rad wege.exe")
    assert answer.status_code == 303
    (found,) = attaching.files(draft.id)
    assert (found.name, found.title, found.summary) == ("Rad wege.pdf", "Plan der Radwege", "Drei Wege.")
    got = client.get(f"/anhang/{found.id}")
    assert got.data == data
    assert got.headers["Content-Type"] == "application/pdf"
    assert got.headers["Content-Disposition"] == 'attachment; filename="Rad wege.pdf"'
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert got.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert got.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert got.headers["Cache-Control"] == "private, no-store"
    assert got.headers["ETag"] == f'"{found.sha256}"'


def test_a_name_beyond_ascii_is_told_by_rfc_5987(client, draft):
    upload(client, page(draft), pdf(), "Pläne für Łužica.pdf")
    (found,) = attaching.files(draft.id)
    told = client.get(f"/anhang/{found.id}").headers["Content-Disposition"]
    assert "filename*=UTF-8''Pl%C3%A4ne%20f%C3%BCr%20%C5%81u%C5%BEica.pdf" in told
    assert "\n" not in told


@pytest.mark.one_database
def test_a_refused_form_does_not_lose_the_file(client, draft):
    answer = upload(client, page(draft), picture(size=(400, 300)), "foto.png", title="", summary="")
    shown = words(answer)
    assert answer.status_code == 422
    assert "Bereits hochgeladen: „foto.png“" in shown
    assert "Schreiben Sie in einem Satz, was auf dem Bild zu sehen ist." in shown
    waiting = db.session.scalars(select(Attachment)).one()
    assert waiting.kept_at is None
    assert f'name="pending" type="hidden" value="{waiting.id}"' in shown
    again = upload(client, page(draft), title="Die Neiße bei Guben", pending=str(waiting.id))
    assert again.status_code == 303
    assert [found.id for found in attaching.files(draft.id)] == [waiting.id]
    assert f'<img src="/anhang/{waiting.id}" alt="Die Neiße bei Guben" width="400" height="300"' in words(
        client.get(page(draft))
    )


@pytest.mark.one_database
def test_a_pdf_needs_a_summary(client, draft):
    answer = upload(client, page(draft), pdf(), summary="")
    assert answer.status_code == 422
    assert "Fassen Sie zusammen, was in dem PDF steht." in words(answer)
    assert "Plan der Radwege" in words(answer)
    assert attaching.files(draft.id) == []


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("data", "status", "said"),
    [
        (None, 422, "Wählen Sie eine Datei"),
        (b"", 422, "Wählen Sie eine Datei"),
        (b"<svg onload=alert(1)>", 422, "weder ein PDF noch ein Bild"),
        (pdf(b"/OpenAction << /S /JavaScript /JS (x) >>"), 422, "Dieses PDF enthält Programme"),
        (b"%PDF-1.7 " + bytes(MAX_SIZE), 413, "Höchstens 10 MB"),
    ],
    ids=["none", "empty", "svg", "script", "10 MB + 9"],
)
def test_what_is_refused_is_told_at_the_field_and_stored_nowhere(client, draft, data, status, said):
    answer = upload(client, page(draft), data, "plan.pdf")
    assert answer.status_code == status
    assert said in words(answer)
    assert "Drei Wege." in words(answer), "what was typed stays"
    assert files() == 0


@pytest.mark.one_database
def test_only_forms_for_files_take_large_requests_and_only_from_members(app, client, draft):
    large = b"x" * (MAX_SIZE + 2 * 1024 * 1024)
    assert upload(client, page(draft), large).status_code == 413
    token = form_token(client, page(draft))
    other = client.post(
        "/konto/abmelden", data={"csrf_token": token, "file": (io.BytesIO(large[: MAX_SIZE // 2]), "x")}
    )
    assert other.status_code == 413
    stranger = app.test_client().post(page(draft), data={"file": (io.BytesIO(large[: MAX_SIZE // 2]), "x")})
    assert stranger.status_code == 413
    assert files() == 0


def test_a_draft_takes_three_files(client, draft):
    for number in range(3):
        assert upload(client, page(draft), pdf(text=f"{number}")).status_code == 303
    assert "Datei hinzufügen" not in words(client.get(page(draft)))
    token = form_token(client, page(draft))
    fourth = client.post(
        page(draft),
        data={"csrf_token": token, "title": "x", "summary": "y", "file": (io.BytesIO(pdf()), "p.pdf")},
        content_type="multipart/form-data",
    )
    assert fourth.status_code == 409
    assert len(attaching.files(draft.id)) == 3


@pytest.mark.one_database
def test_nobody_else_touches_the_files_of_a_draft(app, client, draft):
    upload(client, page(draft), pdf())
    (found,) = attaching.files(draft.id)
    for person in (None, user(), moderator()):
        db.session.commit()
        other = app.test_client()
        if person is not None:
            log_in(other, person)
        assert other.get(f"/anhang/{found.id}").status_code == 404
        assert other.get(page(draft)).status_code in (303, 404)
    thief = app.test_client()
    log_in(thief, user())
    token = form_token(thief, "/konto/profil")
    gone = thief.post(f"{page(draft)}/{found.id}/weg", data={"csrf_token": token})
    assert gone.status_code == 404
    assert attaching.files(draft.id) != []


@pytest.mark.one_database
def test_nobody_finishes_the_upload_of_somebody_else(client, draft):
    foreign = attachment(described=False)
    db.session.commit()
    answer = upload(client, page(draft), pending=str(foreign.id))
    assert answer.status_code == 422
    assert attaching.files(draft.id) == []
    assert client.get(f"/anhang/{foreign.id}").status_code == 404


@pytest.mark.one_database
def test_the_description_is_no_markup(client, draft):
    upload(client, page(draft), picture(), "x.png", title='"><script>alert(1)</script>')
    assert "<script>alert(1)" not in client.get(page(draft)).get_data(as_text=True)


def handed_in(author, state=ProposalState.SUBMITTED):
    made = proposals.draft(author)
    added = attachment(author)
    attaching.attach(author, made, added)
    operations.submit(author, made, check_period=timedelta(days=7))
    if state is ProposalState.OPEN:
        operations.accept(moderator(), made, open_period=timedelta(days=28))
    db.session.commit()
    return made, added


def test_the_files_of_a_public_proposal_are_public_and_fixed(app, client, author):
    made, added = handed_in(author)
    visitor = app.test_client()
    got = visitor.get(f"/anhang/{added.id}")
    assert got.status_code == 200
    assert got.headers["Cache-Control"] == "public, max-age=86400"
    assert "Set-Cookie" not in got.headers
    assert visitor.get(f"/anhang/{added.id}", headers={"If-None-Match": got.headers["ETag"]}).status_code == 304
    assert "Plan der Radwege" in words(visitor.get(f"/vorschlaege/{made.number}"))
    token = form_token(client, "/konto/profil")
    assert client.post(f"{page(made)}/{added.id}/weg", data={"csrf_token": token}).status_code == 404
    assert not attaching.may_attach(author, made)
    for verb in (
        f"DELETE FROM proposal_attachments WHERE proposal_id = {made.id}",
        f"UPDATE proposal_attachments SET position = 2 WHERE proposal_id = {made.id}",
    ):
        with pytest.raises(DBAPIError, match="fixed once"), db.session.begin_nested():
            db.session.execute(text(verb))
    extra = attachment(author)
    added_later = insert(ProposalAttachment).values(proposal_id=made.id, attachment_id=extra.id, position=3)
    with pytest.raises(DBAPIError, match="fixed once"), db.session.begin_nested():
        db.session.execute(added_later)


def test_the_files_of_a_hidden_proposal_are_seen_by_author_and_moderators_only(app, client, author):
    made, added = handed_in(author, ProposalState.OPEN)
    judge = moderator()
    hide_proposal(judge, made, "Regel 3, Angaben über eine private Person")
    db.session.commit()
    assert app.test_client().get(f"/anhang/{added.id}").status_code == 404
    assert "Plan der Radwege" not in words(app.test_client().get(f"/vorschlaege/{made.number}"))
    stranger, moderating = app.test_client(), app.test_client()
    log_in(stranger, user())
    log_in(moderating, judge)
    assert stranger.get(f"/anhang/{added.id}").status_code == 404
    for allowed in (client, moderating):
        got = allowed.get(f"/anhang/{added.id}")
        assert got.status_code == 200
        assert got.headers["Cache-Control"] == "private, no-store"


def test_files_go_with_the_draft_and_with_the_text(author):
    made = proposals.draft(author)
    attaching.attach(author, made, attachment(author))
    operations.discard_draft(author, made)
    assert files() == 0
    public, _added = handed_in(author)
    leaving.blank_proposals(author)
    assert attaching.files(public.id) == []
    assert files() == 0


def test_pending_files_go_after_a_day_and_bytes_with_their_last_row(app, author):
    kept, pending = attachment(author), attachment(author, described=False)
    old = now() - timedelta(days=1, minutes=1)
    db.session.execute(update(Attachment).values(created_at=old))
    db.session.commit()
    stored = {one.sha256: keeper.storage()._path(one.sha256) for one in (kept, pending)}
    for path in stored.values():
        os.utime(path, (old.timestamp(), old.timestamp()))
    done = keeper.sweep_now()
    assert (done["attachments"], done["attached_files"]) == (1, 1)
    assert [path.exists() for path in stored.values()] == [True, False]
    with transaction():
        assert db.session.scalars(select(Attachment.id)).all() == [kept.id]


@pytest.mark.one_database
def test_missing_bytes_are_a_missing_page(client, author):
    _made, added = handed_in(author)
    keeper.storage().delete(added.sha256)
    assert client.get(f"/anhang/{added.id}").status_code == 404
    assert client.get("/anhang/999999").status_code == 404


def test_the_database_holds_what_a_file_must_say(author):
    made = attachment(author, described=False)
    for change in ("kept_at = created_at", "size = 10485761", "name = '../x'", "width = 5", "media_type = 'text/html'"):
        with pytest.raises(DBAPIError), db.session.begin_nested():
            db.session.execute(text(f"UPDATE attachments SET {change} WHERE id = {made.id}"))
