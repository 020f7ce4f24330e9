"""Who may contribute to the conversation about a node. Pure."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from participation.base.verdict import Verdict, no, yes
from participation.strategy.models import Node, TextState

_MERGED = no(_l("Diese Stelle ist in einer anderen aufgegangen. Hier bleibt alles lesbar; gesprochen wird dort."))
_STRUCK = no(_l("Diese Stelle ist gestrichen. Hier bleibt alles lesbar; Neues gehört in das Gespräch darüber."))


def may_contribute(node: Node) -> Verdict:
    """Say whether a node still takes comments and votes: as long as it is part of the Leitbild."""
    if node.is_current:
        return yes
    return _MERGED if node.text_state is TextState.MERGED else _STRUCK
