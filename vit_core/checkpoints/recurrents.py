"""The recurrent translators this project ships, as data: four kinds, to be compared with a Transformer."""

from __future__ import annotations

# Equal data, order, steps and batches, and within 1 % as many parameters; the last is the Transformer among them.
COMPARED: tuple[str, ...] = ("rnn-de-en", "lstm-de-en", "gru-de-en", "gru-attention-de-en", "twin-masked-de-en")
# Of their recipes, and so of the weights with which their trainings began (vit_core.recurrent_seq2seq.untrained).
SEED = 2017
