"""The ground: database, time, text, comparing, events and verdicts. Knows nothing of the region or its people.

db         the session, the one `transaction()` at the edge, column types
clock      the only source of "now"
verdict    yes, no(reason), require(): how a policy answers; DomainError: how an operation refuses
events     emit() and the table that says who listens
text       Markdown and sanitising, on the way in
diff       comparing two wordings word by word; similar: finding texts that say nearly the same
tokens     secrets for links and keys
"""
