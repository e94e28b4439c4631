"""Who may import whom: the arrows of ARCHITECTURE.md, read off the source of every module and test.

The model code knows nothing of the page, the views know nothing of the toolkit that shows them, and
only the page's outermost layer knows Gradio. That is what lets each be tested without the others.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterable, Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
STDLIB = frozenset(sys.stdlib_module_names)

CORE = {"torch", "numpy", "PIL", "vit_core"}
# A library that only some parts of vit_core may use, and those parts.
CORE_ONLY_IN = {
    "torchvision": ("vit_core.checkpoints.reference",),  # inside a function: its import takes as long as torch's
    "timm": ("vit_core.checkpoints.reference",),  # inside a function: it may not be installed
    "safetensors": ("vit_core.checkpoints", "vit_core.trace_files"),
    "huggingface_hub": ("vit_core.checkpoints",),
    "sentencepiece": ("vit_core.text",),
    "matplotlib": ("vit_core.figures",),
    "fontTools": ("vit_core.figures.font",),
}
# What draws files takes long to be imported, and most visitors never ask for one: it is imported in functions.
FIGURES = "vit_core.figures"
VIEW_FOLDERS = ("demo.views", "demo.photo.views", "demo.sentence.views", "demo.recurrence.views")
VIEWS = {"numpy", "PIL", "vit_core", "torch"}
# What makes the bytes that travel.
WIRE = {"safetensors", "zlib_ng"}
OUTER = ("demo.app", "demo.main", "demo.__main__", "demo.tabs", "demo.components")  # the only modules that know Gradio


def within(name: str, *parents: str) -> bool:
    return any(name == parent or name.startswith(f"{parent}.") for parent in parents)


def imported(module: str, source: str, *, is_package: bool = False) -> Iterator[str]:
    """Every dotted name a source imports; `from a import b` counts as a.b, relative and dynamic imports too."""
    package = module if is_package else module.rpartition(".")[0]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parents = package.split(".")
                base = ".".join([*parents[: len(parents) - node.level + 1], *([base] if base else [])])
            yield from (f"{base}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in ("import_module", "__import__") and isinstance(node.args[0].value, str):
                yield node.args[0].value


def objections(module: str, name: str) -> Iterator[str]:
    """Why `module` may not import `name`; nothing when it may."""
    top = name.partition(".")[0]
    if within(module, "tests"):
        # commands whose short run is a test
        shared = within(name, "tests.support", "tests.benchmarks", "tests.fuzz", "tests.wild")
        if within(name, "tests") and not shared:
            yield "what several tests need belongs to tests.support"
        return
    if within(name, "tests"):
        yield "nobody imports the tests"
    if within(name, "vit_core.training") and not within(module, "vit_core.training"):
        yield "nobody imports vit_core.training"
    if within(name, "matplotlib.pyplot", "matplotlib.pylab", "pylab"):
        yield "pyplot keeps global state, which threads share: use matplotlib's objects"
    elif top == "matplotlib" and not within(module, FIGURES):
        yield f"only {FIGURES} draws"
    if within(name, FIGURES) and within(module, "vit_core", *VIEW_FOLDERS) and not within(module, FIGURES):
        yield f"{FIGURES} brings matplotlib along"
    if top == "spaces" and module != "demo.compute.lending":
        yield "a lent GPU belongs to demo.compute.lending, and is nowhere else"
    if top == "gradio" and not within(module, *OUTER):
        yield f"only {', '.join(OUTER)} know Gradio"

    if within(module, "vit_core"):
        if top in ("demo", "app"):
            yield "vit_core knows nothing of the page"
        elif not within(module, "vit_core.training") and top not in CORE and top not in STDLIB:
            home = CORE_ONLY_IN.get(top)
            if home is None:
                yield f"vit_core imports only the standard library, {', '.join(sorted(CORE))}"
            elif not within(module, *home):
                yield f"{top} belongs to {' and '.join(home)}"
    elif within(module, *VIEW_FOLDERS):
        if within(name, "torch.nn"):
            yield "views compute nothing: torch.nn belongs to vit_core"
        elif top in WIRE and module != "demo.views.payload":
            yield "the wire format belongs to demo.views.payload"
        elif not (top in VIEWS or top in STDLIB or top in WIRE or within(name, *VIEW_FOLDERS)):
            yield f"views import only {', '.join(sorted(VIEWS))} and other views"
    elif within(module, "demo.tabs"):
        if top in ("torch", "torchvision"):
            yield "tabs compute nothing: what needs torch belongs to demo.services or demo.views"
        if within(name, "demo.tabs") and module != "demo.tabs" and not within(name, module):
            yield "tabs never import tabs: shared facts travel through demo.context"

    if within(module, "demo") and not within(module, *OUTER) and within(name, *OUTER):
        yield f"{module} lies below {', '.join(OUTER)}"
    if module == "app" and not (within(name, "demo") or top in STDLIB):
        yield "app.py only starts the demo"


def violations(module: str, source: str, *, is_package: bool = False) -> list[str]:
    names = imported(module, source, is_package=is_package)
    return [f"{module} imports {name}: {why}" for name in names for why in objections(module, name)]


def modules() -> list[tuple[str, Path]]:
    files = [ROOT / "app.py", *(path for top in ("vit_core", "demo", "tests") for path in ROOT.glob(f"{top}/**/*.py"))]
    found = []
    for path in sorted(file for file in files if file.exists()):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found.append((".".join(parts[:-1] if parts[-1] == "__init__" else parts), path))
    return found


def test_every_module_keeps_to_its_layer() -> None:
    found = modules()
    assert {"vit_core.trace", "vit_core.checkpoints.io", "demo.services", "demo.views.payload"} <= {m for m, _ in found}
    wrong = [
        violation
        for module, path in found
        for violation in violations(module, path.read_text(encoding="utf-8"), is_package=path.name == "__init__.py")
    ]
    assert not wrong, "\n".join(wrong)


PLANTED = [
    ("vit_core.trace", "import gradio", "know Gradio"),
    ("vit_core.trace", "import gradio as gr", "standard library"),
    ("vit_core.trace", "def f():\n    from demo.views import payload", "knows nothing of the page"),
    ("vit_core.vit", "import matplotlib.cm", "only vit_core.figures draws"),
    ("vit_core.trace", "from vit_core import figures", "brings matplotlib along"),
    ("demo.photo.views.attention", "from vit_core.figures import fig6", "brings matplotlib along"),
    ("vit_core.figures.style", "from fontTools import subset", "belongs to vit_core.figures.font"),
    ("vit_core.figures.photos", "from demo.views import palette", "knows nothing of the page"),
    ("demo.services", "import spaces", "belongs to demo.compute.lending"),
    ("vit_core.vit", "import timm", "timm belongs to vit_core.checkpoints.reference"),
    ("vit_core.checkpoints.loading", "import importlib\nimportlib.import_module('timm.models')", "timm belongs to"),
    ("vit_core.checkpoints.reference", "import transformers", "standard library"),
    ("vit_core.vit", "from torchvision.ops import Permute", "torchvision belongs to vit_core.checkpoints.reference"),
    ("vit_core.trace", "from safetensors.torch import load_file", "safetensors belongs to vit_core.checkpoints"),
    ("vit_core.preprocess", "import huggingface_hub", "belongs to vit_core.checkpoints"),
    ("vit_core.vit", "import importlib\nimportlib.import_module('transformers')", "standard library"),
    ("vit_core.trace", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import gradio", "know Gradio"),
    ("vit_core.trace", "from vit_core import training", "nobody imports vit_core.training"),
    ("vit_core.trace", "from . import training", "nobody imports vit_core.training"),
    ("vit_core.checkpoints.io", "from ..training.recipes import x", "nobody imports vit_core.training"),
    ("vit_core.trace", "from tests.support.perturb import perturb", "nobody imports the tests"),
    ("vit_core.training.export", "import gradio", "know Gradio"),
    ("demo.photo.views.attention", "import gradio as gr", "know Gradio"),
    ("demo.photo.views.attention", "from torch import nn", "torch.nn belongs to vit_core"),
    ("demo.photo.views.attention", "from torch.nn import functional", "torch.nn belongs to vit_core"),
    ("demo.photo.views.attention", "from demo.services import Services", "other views"),
    ("demo.photo.views.attention", "from .. import services", "other views"),
    ("demo.photo.views.attention", "import safetensors.numpy", "demo.views.payload"),
    ("demo.photo.views.attention", "from zlib_ng import zlib_ng", "demo.views.payload"),
    ("vit_core.figures.photos", "import matplotlib.pyplot as plt", "global state"),
    ("vit_core.figures.photos", "from matplotlib import pyplot", "global state"),
    ("demo.photo.views.attention", "from matplotlib.figure import Figure", "only vit_core.figures draws"),
    ("demo.services", "import gradio", "know Gradio"),
    ("demo.compute.store", "from gradio import State", "know Gradio"),
    ("demo.services", "from demo.tabs.attention import build", "lies below"),
    ("demo.services", "import matplotlib", "only vit_core.figures draws"),
    ("demo.tabs.attention", "import torch", "tabs compute nothing"),
    ("demo.tabs.attention", "from demo.tabs import decision", "tabs never import tabs"),
    ("demo.tabs.attention", "from .decision import build", "tabs never import tabs"),
    ("demo.tabs.attention", "import vit_core.training", "nobody imports vit_core.training"),
    ("app", "import torch", "only starts the demo"),
    ("tests.views.test_words", "from tests.views.test_decoder import view", "belongs to tests.support"),
    ("tests.demo.test_routes", "from tests.demo.conftest import http", "belongs to tests.support"),
    ("tests.support.server", "import tests.conftest", "belongs to tests.support"),
]  # fmt: skip


@pytest.mark.parametrize(("module", "source", "why"), PLANTED)
def test_a_planted_violation_is_found(module: str, source: str, why: str) -> None:
    found = violations(module, source)
    assert any(why in violation for violation in found), found
    assert all(violation.startswith(f"{module} imports ") for violation in found)


ALLOWED = [
    ("vit_core.trace", "from __future__ import annotations\nimport torch, numpy, PIL.Image, vit_core.tap"),
    ("vit_core.checkpoints.reference", "from torchvision.models import VisionTransformer\nimport timm.models"),
    ("vit_core.checkpoints.io", "import safetensors.torch\nfrom . import hub\nfrom huggingface_hub import errors"),
    ("vit_core.training.export", "import timm\nfrom vit_core.training import recipes\nfrom . import data"),
    ("demo.photo.views.block", "import numpy, json\nfrom torch import Tensor\nfrom demo.views.payload import encode"),
    ("vit_core.figures.photos", "from matplotlib.figure import Figure\nfrom vit_core.figures.style import drawing"),
    ("demo.views.payload", "from safetensors.numpy import save"),
    ("demo.services", "import torch, vit_core\nfrom demo.compute.store import ByteStore"),
    ("demo.tabs.attention", "import gradio as gr\nfrom demo.components.scope import Scope"),
    ("demo.app", "import gradio\nfrom demo.tabs import attention, decision"),
    ("app", "import argparse\nfrom demo.app import build_app"),
    ("tests.demo.test_routes", "import gradio, safetensors\nfrom tests.support.payload import unpack"),
    ("tests.benchmarks.bench_page", "from tests.benchmarks.timing import Row"),
]  # fmt: skip


@pytest.mark.parametrize(("module", "source"), ALLOWED)
def test_what_is_allowed_passes(module: str, source: str) -> None:
    assert violations(module, source) == []


def test_an_import_in_a_package_file_is_relative_to_the_package() -> None:
    assert list(imported("demo.tabs", "from . import attention\nfrom .. import views", is_package=True)) == [
        "demo.tabs.attention",
        "demo.views",
    ]


def in_a_fresh_process(*steps: tuple[str, tuple[str, ...]]) -> None:
    """Run each step's import, and look which unwanted libraries are there by then, dragged in through others."""
    lines = ["import sys"]
    for statement, never in steps:
        lines += [statement, f"print(' '.join(m for m in {never!r} if m in sys.modules))"]
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(lines)], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    for (statement, _), found in zip(steps, done.stdout.splitlines(), strict=True):
        assert not found, f"{statement} drags in {found}"


def test_the_core_runs_without_the_page_and_the_views_without_gradio() -> None:
    names = [module for module, _ in modules()]
    apart = ("vit_core.training", FIGURES)
    core = [module for module in names if within(module, "vit_core") and not within(module, *apart)]
    figures = [module for module in names if within(module, FIGURES) and module != f"{FIGURES}.font"]
    inner = [module for module in names if within(module, "demo.views", "demo.services", "demo.compute.store")]
    in_a_fresh_process(
        (f"import {', '.join(core)}",
         ("gradio", "matplotlib", "demo", "transformers", "timm", "vit_core.training", "tests")),
        (f"import {', '.join([*inner, 'demo.routes'])}", ("gradio", "matplotlib", "transformers", "timm")),
        (f"import {', '.join(figures)}", ("gradio", "matplotlib.pyplot")),
        ("import demo.app", ("py3langid", "transformers", "timm")),
    )  # fmt: skip


def test_no_shipped_model_brings_a_compiler_along() -> None:
    """Which torch imports, for seconds, for some of what is asked of a tensor without memory (vit_core.shapes_only)."""
    every = "[vit_core.load(spec.name) for spec in vit_core.available() if spec.bundled]"
    in_a_fresh_process(("import vit_core", ("torch._dynamo", "sympy")), (every, ("torch._dynamo", "sympy")))


def test_the_fresh_process_notices_what_is_dragged_in() -> None:
    with pytest.raises(AssertionError, match=r"import xml.dom drags in xml"):
        in_a_fresh_process(("import json", ("xml",)), ("import xml.dom", ("xml",)))
    with pytest.raises(AssertionError, match="No module named"):
        in_a_fresh_process(("import no_such_module_at_all", ()))


def room_of(module: str, packages: frozenset[str]) -> str:
    """The innermost package of a module of the page; a module that lies in none is a room of its own."""
    parents = [module, *(module.rsplit(".", n)[0] for n in range(1, module.count(".")))]
    return next((parent for parent in parents if parent in packages), module)


def circle(sources: Iterable[tuple[str, str, bool]]) -> list[str]:
    """Rooms of the page that import each other in a circle; each source is (module, text, whether it is a package)."""
    sources = [one for one in sources if within(one[0], "demo") and one[0] != "demo"]
    known = {module for module, *_ in sources}
    packages = frozenset(module for module, _, is_package in sources if is_package)
    arrows: dict[str, set[str]] = {}
    for module, source, is_package in sources:
        mine = room_of(module, packages)
        for name in imported(module, source, is_package=is_package):
            there = name if name in known else name.rpartition(".")[0]
            if there in known and room_of(there, packages) != mine:
                arrows.setdefault(mine, set()).add(room_of(there, packages))
    try:
        TopologicalSorter(arrows).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_the_rooms_of_the_page_import_one_way() -> None:
    sources = [(module, path.read_text(encoding="utf-8"), path.name == "__init__.py") for module, path in modules()]
    assert circle(sources) == []
    planted = ("demo.compute.store", "from demo.photo.query import PhotoQuery", False)
    assert {"demo.compute", "demo.photo"} <= set(circle([*sources, planted]))
