"""The verifiable log for everyone: the page „Nachprüfen“, and the addresses that verifiers and witnesses ask.

views       page, checkpoint, leaves, proofs, export, downloads, cosignatures; docs/log-format.md describes the answers
publishing  puts the export together and keeps it per checkpoint; signs after a publication where the key is at hand
"""
