"""Moderation: one queue of what is due, and decisions about contributions with their reasons.

Vocabulary: task (an entry of the queue: something that waits for a moderator, with a due date), decision (hiding or
restoring a comment: ground, facts, moderator, time).
Asks: leitbild, outcomes, proposals, strategy, dialogue, accounts, places, base.
"""
