"""The watch book: who logged in, who was refused, which powers were given and used.

Vocabulary: entry (what happened, when, by whom; ids and kinds, never texts, secrets, addresses), mark (a keyed hash
that tells whether two failed log-ins tried the same address). Read by operators and members of bodies. Entries expire.
Asks: resolutions, errata, leitbild, moderation, outcomes, measures, proposals, accounts, base.
"""
