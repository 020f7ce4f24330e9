"""People and initiatives: who they are, how they prove it, what they may do.

Vocabulary: user (a person with an account), role (resident, moderator, operator), initiative (an organisation that a
moderator verified), delegate (a person who may write for it), account token (the secret in a mailed link).
Asks: places, base.
"""
