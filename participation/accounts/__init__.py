"""People and initiatives: who they are, how they prove it, what they may do.

Vocabulary: user (a person with an account), role (resident, moderator, operator), initiative (an organisation that a
moderator verified), delegate (a person who may write for it), account token (the secret in a mailed link),
factor (a second proof: an app with six digits, a passkey, a recovery code), strong log-in (one with a factor), identity
(an account elsewhere that logs a person in), parked form (what was typed and waits, sealed, for its author).
former account (deleted: the row stays without a name, since published contributions refer to it; see leaving).
Asks: places, base.
"""
