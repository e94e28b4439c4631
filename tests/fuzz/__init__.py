"""Requests that nobody would think of, against a server process of its own: python -m tests.fuzz [--requests N]."""
