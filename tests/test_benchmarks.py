"""The benchmarks run on this code: the quick ones once, their figures not looked at, and what others begin with."""

from __future__ import annotations

from functools import partial

import pytest

import vit_core
from demo.photo.query import FIRST
from tests.benchmarks.__main__ import SUITES
from tests.support.server import running_app
from tests.support.visitors import Server, Visitor, first_look

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("name", ["forward", "changes", "recurrent"])
def test_a_round_of_it_ends_in_figures(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # The model of the papers' base size, with two of its twelve layers: nobody looks at how long it takes.
    monkeypatch.setattr(vit_core, "ViTConfig", partial(vit_core.ViTConfig, n_layers=2))
    assert all(row.figure > 0 for row in SUITES[name](rounds=1))


def test_a_visitor_without_a_browser_has_what_a_page_has() -> None:
    with running_app() as app:
        server = Server(app.url)
        first = first_look(server)
        assert (first["model"], first["size"]) == (FIRST.model, FIRST.size)
        visitor = Visitor(server, 0)
        visitor.visit(first)
        visitor.visit(first, scrolls=False)
        query = visitor.photo_query(first)
        facts = visitor.ask("facts", **query).json()
        visitor.leave()
    assert facts["photo"] == query["photo"] and facts["tokens"] == 257
