"""Proposals: what people want the Leitbild to say, from draft to answer.

Vocabulary: proposal (Vorschlag, V-n once submitted), type (Textänderung, neue Maßnahme, Ergänzung, Streichung,
Zusammenführung, Teilung, as the target's kind permits), step (one entry of the public history), supporter
(Mitzeichnung), answer (the reason a proposal was taken up or not).
Asks: strategy, dialogue, accounts, places, base.
"""
