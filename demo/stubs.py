"""Stop Gradio from writing type stubs beside its components at each start, which takes half of its import time.

The stubs are for writing programs with Gradio's components in an editor. `demo` is imported before Gradio and does not
import it itself: the change is made when Gradio is imported, if it is.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from typing import Any

MODULE, WRITES = "gradio.component_meta", "create_or_modify_pyi"


def _writes_nothing(*_: object, **__: object) -> None:
    """The replacement of Gradio's own function."""


class _Finder(MetaPathFinder):
    """A finder for one module that, after the module has run, replaces the function that writes stubs."""

    def find_spec(self, name: str, path: Any, target: Any = None) -> ModuleSpec | None:
        if name != MODULE:
            return None
        with suppress(ValueError):  # somebody may have put other finders there
            sys.meta_path.remove(self)
        spec = PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None:
            run = spec.loader.exec_module

            def exec_module(module: Any) -> None:
                run(module)
                if hasattr(module, WRITES):
                    setattr(module, WRITES, _writes_nothing)

            spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec


def leave_out() -> None:
    """Install the finder; does nothing if Gradio is imported already."""
    if MODULE not in sys.modules and not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())
