"""Minutes of events (Protokolle): what people said on the spot, written down by moderators, published by two of them.

Vocabulary: minutes (one event, numbered when first published), version (all that the minutes say; draft, submitted,
approved; a correction is the next version), voice (a single contribution of a version; once approved it is a comment in
its node's thread, with nobody as its author, see dialogue.recording).
Nothing is public before a second moderator approved it. There are no names and no votes in it.
Asks: strategy, dialogue, attachments, places, accounts, base.
"""
