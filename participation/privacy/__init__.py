"""Privacy: what people can ask about themselves, how they leave, and what is deleted when its time is over.

Vocabulary: holding (a column that names a person, and what an export and a deletion do with its rows), export (the ZIP
with everything about one person), departure (a person wants their account deleted, from a day on), leaving (it is
done), retention rule (what is deleted after which period), chore (what one process of all does once a day).

holdings    the visible table of every place that names a person; a test holds it against the schema
exports     asking, making and handing out, with its states; gathering puts one together
addresses   a new e-mail address, confirmed by a mailed link
departures  asking, calling off, doing it; links: the secrets in its mails
retention   the visible table of rules, and the daily sweep; rooms with a new rule add a line there
It is the top room, since it must see all the others and post letters. No room asks it.
Asks: every room below it.
"""
