"""Every table, in one import: for migrations and for whoever needs the whole schema."""

from participation.accounts import models as accounts
from participation.base.db import Base
from participation.dialogue import models as dialogue
from participation.ledger import models as ledger
from participation.leitbild import models as leitbild
from participation.moderation import models as moderation
from participation.notify import models as notify
from participation.outcomes import models as outcomes
from participation.places import models as places
from participation.proposals import models as proposals
from participation.strategy import models as strategy

metadata = Base.metadata

__all__ = [
    "accounts",
    "dialogue",
    "ledger",
    "leitbild",
    "metadata",
    "moderation",
    "notify",
    "outcomes",
    "places",
    "proposals",
    "strategy",
]
