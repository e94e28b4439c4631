"""A change arrives as text from anybody's address bar: what fits becomes edits, everything else one sentence."""

from __future__ import annotations

import pytest

from demo.changes import MAX_LENGTH, in_order, parse
from demo.errors import VisitorError
from demo.services import Look, Services
from tests.demo.conftest import as_file, picture
from vit_core.config import ViTConfig

CONFIG = ViTConfig(image_size=32, patch_size=8, d_model=48, n_layers=2, n_heads=3, d_mlp=96)


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ("", set()),
        ("order:1,0,2", {"patches"}),
        ("position:off", {"position"}),
        ("scale:off@1", {"blocks.1.attn.scores"}),
        ("scale:off@all", {"blocks.0.attn.scores", "blocks.1.attn.scores"}),
        (
            "residual:off@0;position:off",
            {"position", *(f"blocks.0.{name}" for name in ("attn_out", "resid_mid", "mlp_out", "resid_post"))},
        ),
    ],
)
def test_what_a_change_edits(change: str, names: set[str]) -> None:
    assert set(parse(change, CONFIG, 3).edits(CONFIG.d_head)) == names


@pytest.mark.parametrize(
    "change",
    [
        "order:1,0", "order:0,1,1", "order:a,b,c", "order:", "order:-1,0,1", "order:٣,0,1", "position:on", "position",
        "residual:off", "residual:off@2", "residual:off@-1", "scale:off@x", "scale:on@1", "mute:1", "\0",
        "order:99999,1,2",
        ";" * (MAX_LENGTH + 1),
    ],
)  # fmt: skip
def test_anything_else_is_refused(change: str) -> None:
    with pytest.raises(VisitorError) as refused:
        parse(change, CONFIG, 3)
    assert refused.value.code == "bad_request"


def test_a_changed_look_is_another_trace_and_leaves_the_first(services: Services) -> None:
    look = Look(services.add_photo(as_file(picture())), "tiny", 32)
    plain = services.trace(look)
    changed = Look(look.photo, "tiny", 32, "position:off")
    first = services.trace(changed)
    assert (first.logits - plain.logits).abs().max() > 1e-3
    assert services.trace(changed) is first
    assert services.trace(look) is plain
    assert services.block(changed, 1).at(1, "mlp.pre").shape == (17, 96)
    with pytest.raises(VisitorError):
        services.trace(Look(look.photo, "tiny", 32, "order:1"))


@pytest.mark.parametrize(
    ("change", "rest"),
    [
        ("", ""),
        ("order:1,0,2", ""),
        ("position:off;order:1,0,2", "position:off"),
        ("order:1,0,2;scale:off@1;position:off", "scale:off@1;position:off"),
    ],
)
def test_the_same_change_in_order(change: str, rest: str) -> None:
    assert in_order(change) == rest
