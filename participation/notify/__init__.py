"""Telling people: notes inside the platform, and letters by mail from a durable outbox.

Vocabulary: notification (a note in the app, stored as kind and parameters, worded when it is read), letter (a mail
waiting in the outbox; its secrets are wiped once it was sent), handlers (what the events of other rooms set off).
Asks: every room below it; no room asks it.
"""
