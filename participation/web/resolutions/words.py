"""Decisions and views as people read them."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

from participation.base.verdict import Message
from participation.resolutions.comparison import Group, View
from participation.resolutions.models import Decision

DECISIONS: Mapping[Decision, Message] = {
    Decision.ADOPTED: _l("angenommen"),
    Decision.RETURNED: _l("zurückverwiesen"),
}
VIEWS: Mapping[View, Message] = {
    View.ACCEPTED: _l("angenommen"),
    View.OBJECTED: _l("nicht angenommen"),
    View.OPEN: _l("offen"),
}
GROUPS_OF_TWO: Mapping[Group, Message] = {
    Group.ALL: _l("Von beiden angenommen"),
    Group.SOME: _l("Von einem angenommen"),
    Group.NONE: _l("Von keinem angenommen"),
    Group.OPEN: _l("Offen"),
}
GROUPS: Mapping[Group, Message] = {
    Group.ALL: _l("Von allen angenommen"),
    Group.SOME: _l("Von einigen angenommen"),
    Group.NONE: _l("Von keinem angenommen"),
    Group.OPEN: _l("Offen"),
}
