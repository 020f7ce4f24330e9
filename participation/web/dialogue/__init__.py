"""Conversations as pages: comments on pages of their own (views), and the thread inside other rooms' pages (thread)."""
