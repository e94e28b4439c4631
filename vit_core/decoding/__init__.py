"""Writing a translation token by token: immutable states, strategies, beam search."""
