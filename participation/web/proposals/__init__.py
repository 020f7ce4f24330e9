"""Pages of proposals: the list, one proposal with its thread, writing one, and the formal check.

views      list, page, signing with, voting, commenting, withdrawing
drafting   choosing a type, the form, drafts, the look before handing in
checking   the moderators' formal check
forms      the fields; what must be said is decided by the room
course     the timeline of a proposal's states
"""
