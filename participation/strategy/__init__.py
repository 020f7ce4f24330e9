"""The strategy as a tree of nodes in their current wording, and how it comes in from `content/`.

Vocabulary: node (Knoten: chapter, cluster, trend, measure … down to the single point), kind (what a node is and what
may be done with it), measure (kinds massnahme, leitprojekt, sofortmassnahme), editorial note (about a wording, never
part of it), thread owner (the node in whose thread a node is talked about). A node's wording changes only through a
revision of the Leitbild; one that was merged or struck stays readable and takes no more contributions.
Asks: dialogue, accounts, places, base.
"""
