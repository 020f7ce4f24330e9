"""The ground: database, time, text, comparing, events and verdicts. Knows nothing of the region or its people.

db         the session, the one `transaction()` at the edge, column types; triggers: guards that tables bring along;
           data_version: whether anything changed; outage: what will pass by itself
clock      the only source of "now"
verdict    yes, no(reason), require(): how a policy answers; DomainError: how an operation refuses
events     emit() and the table that says who listens
text       Markdown and sanitising, on the way in
diff       comparing two wordings word by word; similar: finding texts that say nearly the same; merge: three wordings
sentences  cutting a text into sentences; quotes: finding words again in a text that changed
tokens     secrets for links and keys; sealing: secrets that have to be read again; form_keys: a form that counts once
yaml_source   files of the content, and what is wrong with them; redis_client: a Redis that nobody waits for
"""
