"""Resolutions (Beschlüsse): whether the bodies that steer the process adopt a published version of the Leitbild.

Vocabulary: body (Lenkungsgremium, one for each Land unless an operator configures others or none), seat (a person's
membership of a body), resolution (a body adopts a revision, or returns it with a reason for each change it objects to;
drafted by one member, signed by another, an entry of the log from then on), adopted (verabschiedet: every body in
office when a revision was published has adopted its very hash), in force (the newest adopted revision).
Moderators publish, bodies adopt; nobody does both. Who signed a version does not decide about it either.
standing is pure and says what the states are called for; comparison tells where bodies diverge, change by change.
Asks: leitbild, strategy, accounts, ledger, places, base.
"""
