"""Explain where a number comes from: from a class score down to a pixel, from a word's score down to embeddings.

`explain` gives the operation, the operands' values and the place of each operand, so that the operand can be explained
in turn. `attention_row` gives all terms of one head's result for one query. That the explained value is the one the
model used is tested by tests/properties/test_provenance.py.
"""

from vit_core.provenance.attention_row import AttentionRow, attention_row
from vit_core.provenance.explanation import CURVES, Explanation, Origin
from vit_core.provenance.places import layer_of, numbers_of
from vit_core.provenance.rules import explain

__all__ = [
    "CURVES",
    "AttentionRow",
    "Explanation",
    "Origin",
    "attention_row",
    "explain",
    "layer_of",
    "numbers_of",
]
