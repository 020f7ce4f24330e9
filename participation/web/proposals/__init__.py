"""Pages of proposals: the list, one proposal with its thread, writing one, and the formal check.

views      list, page, signing with and carrying it over, voting, commenting, withdrawing
drafting   choosing a type, the form, drafts, the look before handing in
versions   every version that was public; the three wordings after a revision changed the same words
checking   the moderators' formal check
forms      the fields; what must be said is decided by the room
course     the timeline of a proposal's states
"""
