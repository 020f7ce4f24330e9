"""Who may merge wordings."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from participation.accounts.models import User
from participation.accounts.policy import may_moderate
from participation.base.verdict import Verdict, no
from participation.strategy.models import Node


def may_see_merge(viewer: User | None) -> Verdict:
    """Say whether someone may look at a merge: moderators."""
    return may_moderate(viewer)


def may_merge_wordings(actor: User | None, node: Node) -> Verdict:
    """Say whether someone may decide about a node's Textänderungen: any moderator, while the node has a wording."""
    verdict = may_moderate(actor)
    if verdict and not (node.is_current and node.body):
        return no(_l("Diese Stelle hat keinen Wortlaut mehr, den man zusammenführen könnte."))
    return verdict
