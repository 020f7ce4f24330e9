"""Erasures in the workroom, corrections for everyone.

erasures     request with ground and scope, preview, the second moderator's decision
corrections  lay out, object, answer, confirm; public pages with the moderators' forms on them
"""
