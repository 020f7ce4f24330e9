"""Pages of the strategy: start, the whole tree, one node with its conversation.

views      start, tree, node
acts       contributing to a node and voting on it
words      names of clusters, horizons and text states as people read them
picture    the schematic map: coordinates and labels for its template
"""
