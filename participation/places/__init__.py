"""Places of the region and beyond: what the strategy names, and where people say they live.

Vocabulary: place (named by the strategy), residence (an entry of the choice list a person picks from), region (the
four groups in which agreement is shown: Brandenburg, Sachsen, neighbours in Poland and Czechia, elsewhere).
Asks: base.
"""
