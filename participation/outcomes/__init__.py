"""Outcomes (Ergebnisse): what an evaluation round of a thread came to, written down fairly by two moderators.

Vocabulary: evaluation (a thread rests for votes while it is summed up), outcome (the signed record, E-n once approved:
summary, positions for and against, minority view), evidence (a comment in the version read, or a proposal, pinned to
the outcome with what became of it), vote snapshot (the stances frozen when the evaluation began).
Asks: proposals, strategy, dialogue, accounts, places, base.
"""
