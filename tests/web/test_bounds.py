"""What comes in is bounded and tidied once, at the edge."""

from __future__ import annotations

import pytest
from flask import request
from flask_wtf import FlaskForm
from sqlalchemy import select
from wtforms import HiddenField, StringField
from wtforms.validators import Length

from participation.accounts.models import Initiative
from participation.base.db import db
from participation.dialogue.models import Comment
from participation.dialogue.operations import write_comment
from participation.web import bounds
from tests.factories import leitbild
from tests.factories.accounts import log_in, user
from tests.factories.outcomes import node_comment
from tests.web_helpers import form_token

pytestmark = pytest.mark.one_database
BOUNDED_BY_THEIR_ROOM = {
    ("CommentForm", "quote"): "QuoteTooLong says which words are too many",
    ("AttachmentForm", "title"): "the room of files bounds it and says so at the field",
    ("AttachmentForm", "summary"): "as the title",
}


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/vorschlaege?" + "a" * 4000, 200),
        ("/vorschlaege?" + "a" * 4001, 414),
        ("/" + "a" * 1001, 414),
        ("/vorschlaege?" + "&".join(["a=1"] * 50), 200),
        ("/vorschlaege?" + "&".join(["a=1"] * 51), 400),
        ("/vorschlaege?nach=" + "9" * 3900, 200),
        ("/vorschlaege?nach=%00%FF%FE&cluster=%E2%80%AE", 200),
        ("/leitbild/fassungen?vor=" + "9" * 3900, 200),
        ("/strategie?cluster=" + "x" * 3900, 200),
        ("/initiativen?nach=" + "x" * 3900, 200),
        ("/beitrag/" + "9" * 900, 404),
    ],
)
def test_addresses(client, path, status):
    answer = client.get(path)
    assert answer.status_code == status
    assert "text/html" in answer.content_type


def test_a_cursor_of_any_length_is_no_fault_of_ours(client):
    node = leitbild.measure()
    db.session.commit()
    for cursor in ("9" * 1500, "x", "1_2", "-1", "1e9", "%F0%9F%92%A9", "0x1", "²", "٣"):
        for path in (f"/strategie/{node.id}?nach={cursor}&antwort={cursor}", f"/log/entries?from={cursor}"):
            assert client.get(path).status_code in (200, 404), path


def test_the_number_of_fields(client):
    log_in(client, user())
    token = {"csrf_token": form_token(client, "/initiativen/anmelden")}
    few = {f"f{n}": "x" for n in range(bounds.MOST_FIELDS - 1)}
    assert client.post("/initiativen/anmelden", data=token | few).status_code == 422
    for data in (few | {"a": "1", "b": "2"}, {"same": ["x"] * 2001}):
        answer = client.post("/initiativen/anmelden", data=token | data)
        assert answer.status_code == 413
        assert "zu groß" in answer.text


def test_the_size_of_a_form(client):
    for size, status in ((200_000, 401), (300_000, 413)):
        answer = client.post("/strategie/lce/beitrag", data={"body": "x" * size})
        assert answer.status_code == status


@pytest.mark.parametrize(
    "name",
    ["Budys\u030cin\u202e\u200b im Chor", "Budyšin im\u00ad Chor\u2066", "Budyšin\u3164 im Chor\U000e0041"],
)
def test_what_nobody_sees_is_gone_wherever_it_was_typed(client, name):
    log_in(client, user())
    form = {
        "csrf_token": form_token(client, "/initiativen/anmelden"),
        "kind": "initiative",
        "name": name,
        "languages": "de",
        "seat": "Baut\u200bzen",
        "purpose": "Wir singen\u202e zweimal\x07 in der Woche.",
        "contact": "cho\u0308r@example.org",
        "website": "",
    }
    assert client.post("/initiativen/anmelden", data=form).status_code == 303
    group = db.session.scalars(select(Initiative)).one()
    assert (group.name, group.seat, group.purpose, group.contact) == (
        "Budyšin im Chor",
        "Bautzen",
        "Wir singen zweimal in der Woche.",
        "chör@example.org",
    )


def test_passwords_stay_as_they_are_typed(app):
    data = {"email": "a\u200b@example.org", "password": "mit\u200bUnsichtbarem\u0308", "proof_code": "1\u200b2"}
    with app.test_request_context("/konto/anmelden", method="POST", data=data):
        bounds.bound_form()
        assert request.form.to_dict() == data | {"email": "a@example.org"}


def test_a_reply_to_a_reply_stands_in_the_same_branch(client):
    """However often people answer answers, the tree is two deep."""
    parent = root = node_comment()
    thread = root.thread
    for _ in range(5):
        parent = write_comment(user(), thread, body="Dazu noch etwas.", kind=None, parent=parent)
    replies = db.session.scalars(select(Comment).where(Comment.root_id == root.id, Comment.id != root.id)).all()
    assert len(replies) == 5


def _forms(kind: type) -> set[type]:
    return {form for child in kind.__subclasses__() for form in {child, *_forms(child)}}


def test_every_text_field_has_a_greatest_length():
    """Hidden fields carry what a page put there; their rooms look them up."""
    unbounded = []
    for form in _forms(FlaskForm):
        for name in dir(form):
            field = getattr(form, name)
            kind = getattr(field, "field_class", None)
            if kind is None or not issubclass(kind, StringField) or issubclass(kind, HiddenField):
                continue
            lists = [*(arg for arg in field.args if isinstance(arg, list | tuple)), field.kwargs.get("validators", ())]
            bounded = any(isinstance(one, Length) and one.max > 0 for validators in lists for one in validators)
            if not bounded and (form.__name__, name) not in BOUNDED_BY_THEIR_ROOM:
                unbounded.append(f"{form.__module__}.{form.__name__}.{name}")
    assert sorted(set(unbounded)) == []
