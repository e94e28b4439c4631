"""A module's model as it is when it was loaded, and its trace of the picture that is shared."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from torch import Tensor

from vit_core.trace import Trace, trace_pixels
from vit_core.vit import VisionTransformer


@pytest.fixture(scope="module")
def loaded(model: VisionTransformer, as_loaded: Callable[..., Any]) -> Any:
    """The `model` of a module, which says what kinds of it there are."""
    return as_loaded(model)


@pytest.fixture(scope="module")
def trace(loaded: Any, pixels: Tensor) -> Trace:
    return trace_pixels(loaded, pixels)
