"""Documents: each version as files that one can submit, print, edit and compute with; made once, then only served.

Vocabulary: document (one version, or two compared, in one format: waiting, ready or failed), manuscript (what a
document says, before any format), press (turns a manuscript into the bytes of one format), imprint (who publishes,
where), shelf (the documents of one version, as a page offers them).
What documents say is German, like the Leitbild, whatever language the reader's pages have.

formats      which there are, their media types and names      words       the words that documents use
manuscript   a version as parts and blocks                     differing   two versions compared, likewise
measures     the annex: the one place that knows its source    prose       stored HTML as paragraphs and runs
pdf, docx, odt, markdown, sheets, data                         one press each; press chooses between them
handlers     queues them again where text was erased or a body decided
printer      takes waiting documents one by one; an edge of its own, like the postman
Asks: errata (its events), resolutions, leitbild, outcomes, proposals, strategy, ledger, places, base.
"""
