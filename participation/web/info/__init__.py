"""Pages about the platform itself: how it works, the rules of the conversation, and what the law asks for.

They belong to no room of their own: they hold no data and ask no other room. Who runs the platform comes from the
settings (`operator`); what is not set, and what else an operator has to fill in, is marked with the class `ld-blank`.

The rules of the conversation are read from the room `moderation`: decisions cite them with their version ("Regel 3").
"""
