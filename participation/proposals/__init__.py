"""Proposals: what people want the Leitbild to say, from draft to answer.

Vocabulary: proposal (Vorschlag, V-n once submitted), type (Textänderung, neue Maßnahme, Ergänzung, Streichung,
Zusammenführung, Teilung, as the target's kind permits), step (one entry of the public history), supporter
(Mitzeichnung), answer (the reason a proposal was taken up or not).
Asks: strategy, dialogue, accounts, places, base.

lifecycle   which state may follow which; policy asks it, steps takes it
writing     the fields an author fills in, checked and compared; operations stores them
likeness    what already says nearly the same; choices: what can be chosen from in forms and filters
"""
