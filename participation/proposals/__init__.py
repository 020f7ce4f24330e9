"""Proposals: what people want the Leitbild to say, from draft to answer.

Vocabulary: proposal (Vorschlag, V-n once submitted), type (Textänderung, neue Maßnahme, Ergänzung, Streichung,
Zusammenführung, Teilung, as the target's kind permits), step (one entry of the public history), supporter
(Mitzeichnung of one version), version (every text that was public), answer (the reason a proposal was taken up or not).
Asks: strategy, dialogue, accounts, places, base.

lifecycle   which state may follow which; policy asks it, steps takes it
versions    every text that was public; supporting: signatures, each under one version
attaching   files, who sees them, and what their change asks anew; sharing: with whom a draft is shared
rebasing    onto a new wording of the passage; threeway compares then, wanted and today
history     steps and versions as they are read; queries everything else
writing     the fields an author fills in, checked and compared; operations stores them
leaving     what becomes of them when their author's account is deleted
likeness    what already says nearly the same; choices: what can be chosen from in forms and filters
"""
