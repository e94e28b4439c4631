"""Gradio is there in half the time, and writes nothing beside itself."""

from __future__ import annotations

import inspect

from demo import stubs


def test_gradio_s_components_write_no_stubs() -> None:
    from gradio import component_meta

    assert getattr(component_meta, stubs.WRITES) is stubs._writes_nothing
    # What would have written them is called as it is replaced: for what it does, and for nothing that it gives back.
    made = inspect.getsource(component_meta.ComponentMeta.__new__)
    assert f"\n        {stubs.WRITES}(component_class, name, events)\n        return component_class" in made
