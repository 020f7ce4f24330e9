"""Texts that are translated late are escaped like any others, and addresses that people type lead nowhere dangerous."""

from __future__ import annotations

import pytest
from flask import render_template_string
from flask_babel import lazy_gettext as _l
from wtforms import Form, StringField

from participation.measures.writing import is_web_address
from tests.surface.payloads import PAYLOADS

pytestmark = pytest.mark.one_database
ATTACK = "<img src=x onerror=alert(1)>"


@pytest.mark.parametrize(
    "template",
    ["{{ note }}", "{{ 'Hinweis: ' ~ note }}", "{{ _('Nicht jetzt: %(why)s', why=note) }}", "{{ [note]|join(', ') }}"],
)
def test_a_late_text_that_quotes_somebody_is_escaped(app, template):
    with app.test_request_context():
        shown = render_template_string(template, note=_l("Sitz: %(seat)s", seat=ATTACK))
    assert "<img" not in shown
    assert "Sitz: &lt;img" in shown


def test_a_late_label_that_quotes_somebody_is_escaped(app):
    class Choice(Form):
        rule = StringField(_l("Regel: %(title)s", title=ATTACK))

    with app.test_request_context():
        assert "<img" not in str(Choice().rule.label)


def test_a_late_text_keeps_what_is_meant(app):
    with app.test_request_context():
        assert render_template_string("{{ note }}", note=_l("„Ja“ & nein")) == "„Ja“ &amp; nein"


@pytest.mark.parametrize("payload", PAYLOADS)
def test_an_attack_is_no_web_address(payload):
    assert not is_web_address(payload) or payload.startswith("https://a.example/")
