"""Where a number comes from, from a class score down to a pixel, from the score of a word down to embeddings.

`explain` answers for one number with the operation, the operands' values and where each of them stands, so that the
question can be asked again for an operand. `attention_row` gives all terms of one head's answer to one query.
Explained = used is pinned by tests/properties/test_provenance.py.
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
