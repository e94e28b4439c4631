"""The data of the Models screen's numeric checks: for every identity the worst difference in each layer."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from demo.views.payload import as_float32, encode
from vit_core.analysis.checks import TOLERANCE, Check
from vit_core.checkpoints.reference import Parity

# Libraries add the same products in different orders, block after block.
PARITY_TOLERANCE = 10 * TOLERANCE


def checks(found: Iterable[Check], parities: Iterable[Parity]) -> bytes:
    """Measured identities and comparisons with reference implementations.

    Shapes: one array [L] or [1] of float32 per check, named after it. facts: checks, in order, with name, worst (null
        when it is no number), tolerance, holds and seconds; references, with library, version, missing, compared,
        worst, tolerance, holds and seconds.
    """
    found = tuple(found)
    rows = [
        {"name": c.name, "worst": _finite(c.worst), "tolerance": c.tolerance, "holds": c.holds, "seconds": c.seconds}
        for c in found
    ]
    return encode(
        as_float32({check.name: check.deviations for check in found}),
        {"checks": rows, "references": [_reference(parity) for parity in parities]},
    )


def _reference(parity: Parity) -> dict[str, Any]:
    return {
        "library": parity.library,
        "version": parity.version,
        "missing": parity.missing,
        "compared": parity.compared,
        "worst": _finite(parity.deviation),
        "tolerance": PARITY_TOLERANCE,
        "holds": not parity.missing and parity.deviation <= PARITY_TOLERANCE,
        "seconds": parity.seconds,
    }


def _finite(value: float) -> float | None:
    """JSON has no infinity and no NaN."""
    return value if math.isfinite(value) else None
