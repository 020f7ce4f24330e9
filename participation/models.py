"""Every table, in one import: for migrations and for whoever needs the whole schema."""

from participation.accounts import factor_models as factors
from participation.accounts import models as accounts
from participation.attachments import models as attachments
from participation.base import form_keys
from participation.base.db import Base
from participation.dialogue import models as dialogue
from participation.documents import models as documents
from participation.errata import models as errata
from participation.jobs import models as jobs
from participation.ledger import models as ledger
from participation.leitbild import models as leitbild
from participation.leitbild import sentence_models as sentences
from participation.measures import models as measures
from participation.merging import models as merging
from participation.minutes import models as minutes
from participation.moderation import burst_models as bursts
from participation.moderation import models as moderation
from participation.notify import models as notify
from participation.outcomes import models as outcomes
from participation.places import models as places
from participation.privacy import models as privacy
from participation.proposals import models as proposals
from participation.resolutions import models as resolutions
from participation.strategy import models as strategy
from participation.watchbook import models as watchbook

metadata = Base.metadata

__all__ = [
    "accounts",
    "attachments",
    "bursts",
    "dialogue",
    "documents",
    "errata",
    "factors",
    "form_keys",
    "jobs",
    "ledger",
    "leitbild",
    "measures",
    "merging",
    "metadata",
    "minutes",
    "moderation",
    "notify",
    "outcomes",
    "places",
    "privacy",
    "proposals",
    "resolutions",
    "sentences",
    "strategy",
    "watchbook",
]
