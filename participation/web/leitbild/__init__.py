"""The Leitbild's pages: text with its provenance, revisions, comparison, annex, revision log, and the workshop.

views      what everyone reads             log        the revision log
panels     "Woher kommt dieser Satz?"      sentence   one sentence at its permanent address
desk       changes being written           table      the draft of the next revision
"""
