"""The Block screen with a model whose MLP has a gate: gate, value and product are boxes, and nothing says GELU."""

from __future__ import annotations

import json

import pytest
import safetensors.torch
from playwright.sync_api import expect

from demo.photo.query import DEFAULT_MODEL, FIRST, PhotoQuery
from demo.services import Services
from tests.support.browser import Windows, address, box_of, settles
from tests.support.equations import equations, unmarked, wrong
from tests.support.perturb import perturb
from tests.support.server import running_app
from tests.support.tiny import HF_PREPROCESSOR, LABELS, TINY
from tests.support.written import near, number, numbers
from vit_core.checkpoints.convert import to_dialect
from vit_core.checkpoints.dialects import DIALECTS
from vit_core.config import ViTConfig
from vit_core.vit import VisionTransformer

pytestmark = pytest.mark.one_page

LAYER, QUERY, MODEL = 1, 6, "giant"
D_MLP = 64  # two thirds of twice 48
TENSORS = {"pre": "mlp.pre", "gate": "mlp.gate", "value": "mlp.value", "post": "mlp.post", "mlp_out": "mlp_out"}
SYMBOLS = {"pre": "W1", "gate": "SiLU", "value": "W3", "post": "⊙", "mlp_out": "W2"}
FORMULAS = {"gate": "gate = SiLU(a)", "value": "a′ = LN(z′l) W3 + b3", "post": "φ = gate ⊙ a′"}
READY = "#screen-block .block-main:not([data-waiting]) .box .shape:not(:empty)"


def written(folder):
    """The tiny model as transformers writes DINOv2's giant."""
    shape = {**TINY, "d_mlp": D_MLP, "act": "silu", "gated": True, "layer_scale": True, "pool": "cls+mean"}
    tensors = to_dialect(perturb(VisionTransformer(ViTConfig(**shape))).state_dict(), DIALECTS["hf_dinov2_gated"])
    folder.mkdir()
    safetensors.torch.save_file({key: x.contiguous() for key, x in tensors.items()}, folder / "model.safetensors")
    said = {
        "architectures": ["Dinov2ForImageClassification"], "model_type": "dinov2", "use_swiglu_ffn": True,
        "image_size": 32, "patch_size": 8, "hidden_size": 48, "num_hidden_layers": 2, "num_attention_heads": 3,
        "mlp_ratio": 2, "hidden_act": "gelu", "id2label": {str(i): label for i, label in enumerate(LABELS)},
    }  # fmt: skip
    (folder / "config.json").write_text(json.dumps(said))
    (folder / "preprocessor_config.json").write_text(json.dumps(HF_PREPROCESSOR))


@pytest.fixture(scope="module")
def app(browser, tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    written(folder / MODEL)
    with running_app(Services(models_dir=folder)) as served:
        yield served


@pytest.fixture(scope="module")
def windows(browser, app):
    return Windows(browser, app.url)


@pytest.fixture
def block_of(app):
    return lambda: app.services.photos.block(PhotoQuery(FIRST.photo, MODEL, 32), LAYER)


def opened(open_page, box, lang="en", **more):
    page = open_page(
        f"v=2&lang={lang}&screen=block&layer={LAYER + 1}&query={QUERY}&model={MODEL}&size=32&box={box}", **more
    ).page
    page.wait_for_selector(READY)
    expect(page.locator(f"#screen-block .at-{box}")).to_have_attribute("aria-expanded", "true")
    return page


def test_each_box_has_the_numbers_of_its_tensor_and_says_how_they_are_made(open_page, block_of):
    trace = block_of()
    page = opened(open_page, "post")
    for box, of in TENSORS.items():
        tensor, button = trace.at(LAYER, of)[QUERY], page.locator(f"#screen-block .at-{box}")
        expect(button.locator(".symbol")).to_have_text(SYMBOLS[box])
        expect(button.locator(".shape")).to_have_text(str(len(tensor)))
        ends = [near(tensor.min().item()), near(tensor.max().item())]
        read = button.locator(".range > span")
        settles(lambda read=read: [number(text) for text in read.all_text_contents()], ends)
    for box, formula in FORMULAS.items():
        page.locator(f"#screen-block .at-{box}").click()
        expect(page.locator("#block-open .formula")).to_have_text(formula)
    expect(page.locator("#screen-block .box")).to_have_count(20)
    expect(page.locator("#screen-block")).not_to_contain_text("GELU")
    expect(page.locator(".rail-row .status")).to_contain_text("has a gate")


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_gate_times_value_is_done_again_from_what_is_printed(open_page, block_of, lang):
    trace = block_of()
    page = opened(open_page, "post", lang)
    canvas, reading = page.locator("#block-open .bands canvas"), page.locator("#block-open .reading")
    canvas.scroll_into_view_if_needed()
    area, unit = box_of(canvas), 20
    page.mouse.move(area["x"] + area["width"] * (unit + 0.5) / D_MLP, area["y"] + area["height"] * 5 / 6)
    parts = [near(trace.at(LAYER, f"mlp.{of}")[QUERY, unit].item()) for of in ("gate", "value", "post")]
    settles(lambda: numbers(reading.text_content().rpartition("]")[2])[-3:], parts)
    page.mouse.down()
    page.mouse.up()
    settles(lambda: address(page).get("explain"), f"p!{LAYER + 1}.mlp.post:{QUERY},{unit}")
    sheet = page.locator(".number-page")
    for deeper in (None, "gate", "a"):  # the product, the gate within it, the sum within that
        if deeper:
            sheet.locator("button", has_text=f"{deeper}[{unit + 1}]").first.click()
        expect(sheet.locator(".worked.total")).to_be_visible()
        expect(page.locator(".trail [aria-current=step]")).to_contain_text(f"{deeper or 'φ'}[{unit + 1}]")
        found = equations(page, ".number-page")
        assert found and not [why for one in found if (why := wrong(one["pieces"]))]
    assert not unmarked(page, ".number-page")
    expect(sheet).not_to_contain_text("GELU")


def test_a_model_without_a_gate_has_the_boxes_of_its_own(open_page):
    """The open box is in the address: where there is none of that name, none is open."""
    page = opened(open_page, "gate")
    for model, boxes, symbol in ((DEFAULT_MODEL, 18, "GELU"), (MODEL, 20, "⊙")):
        page = open_page(
            f"v=2&lang=en&screen=block&box=gate&model={model}&size={FIRST.size if boxes == 18 else 32}"
        ).page
        expect(page.locator("#screen-block .box")).to_have_count(boxes)
        expect(page.locator("#screen-block .at-post .symbol")).to_have_text(symbol)
        expect(page.locator("#screen-block .box[aria-expanded=true]")).to_have_count(int(model == MODEL))
        expect(page.locator("#block-open")).to_be_visible(visible=model == MODEL)


def test_on_a_phone_the_boxes_stand_in_the_order_of_the_computation(open_page):
    page = opened(open_page, "gate", "ko", width=390, height=844, color_scheme="dark", device_scale_factor=2)
    tops = [box_of(page.locator(f"#screen-block .at-{box}"))["y"] for box in ("ln2", *TENSORS, "out")]
    assert tops == sorted(tops) and len(set(tops)) == len(tops)
