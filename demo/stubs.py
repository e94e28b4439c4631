"""Gradio without the type stubs that it writes beside its components at each start, which takes half of its import.

They are for whoever writes a program with Gradio's components in an editor. `demo` comes before any Gradio, and asks
for none itself: what is changed is changed when Gradio is imported, if it is.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from typing import Any

MODULE, WRITES = "gradio.component_meta", "create_or_modify_pyi"


def _writes_nothing(*_: object, **__: object) -> None:
    """In the place of Gradio's own."""


class _Finder(MetaPathFinder):
    """Finds the one module as it is found anyway; once it has run, it writes no stubs."""

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
    """From now on; nothing where Gradio is there already."""
    if MODULE not in sys.modules and not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())
