"""Pages of the strategy: start, the whole text with its filters, one node with its conversation.

views      start page and the whole strategy
node       one node: its page, contributions to it, votes on it
words      names of clusters, horizons and text states as people read them
picture    the schematic map: where its dots and names stand
"""
