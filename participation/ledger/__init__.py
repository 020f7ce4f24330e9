"""The verifiable log: what is published becomes a leaf of a Merkle tree whose root is signed and witnessed elsewhere.

Vocabulary: leaf (canonical text of one entry: commitments, never content or people), opening (salt and value that a
commitment was made from), tree and root (RFC 9162), checkpoint (origin, size and root, signed), witness (someone
elsewhere who cosigns a checkpoint only if it continues the one before), redaction (opening deleted, its leaf stays).
canonical, commitments, leaf, merkle, note, keys and signing are pure; export puts together what a stranger checks with
static/verify.py, and docs/log-format.md is the format for third parties. entries appends leaves and keeps the salts;
operations signs, changes the key and keeps cosignatures; queries shows what is signed.
Asks: base.
"""
