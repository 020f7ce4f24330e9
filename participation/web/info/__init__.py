"""Pages about the platform itself: how it works, the rules of the conversation, and what the law asks for.

They belong to no room of their own: they hold no data and ask no other room. What an operator has to fill in is marked
in the templates with the class `ld-blank`.

The rules of the conversation have a version and a date, since decisions of the moderation cite them ("Regel 3").
"""
