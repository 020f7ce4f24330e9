"""What people and initiatives contributed, and what became of it: several rooms brought together for a page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import select

from participation.accounts.models import User
from participation.base.db import db
from participation.dialogue.models import Ballot, Stance, Thread
from participation.dialogue.queries import CommentView, comments_of
from participation.leitbild.provenance import revisions_by_outcome
from participation.outcomes.models import Fate
from participation.outcomes.queries import Receipt, receipts_for_comments, receipts_for_proposals
from participation.proposals.queries import ProposalRow, Subject, subjects

