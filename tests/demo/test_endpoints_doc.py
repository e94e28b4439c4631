"""What docs/endpoints.md shows is run, word for word, against a served app."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from demo.page.gallery import ASSETS
from tests.support.server import RunningApp

DOC = Path(__file__).resolve().parents[2] / "docs" / "endpoints.md"
THERE = "http://127.0.0.1:7860"


def examples(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", DOC.read_text(encoding="utf-8"), re.DOTALL)


def run(command: list[str], folder: Path) -> str:
    shutil.copyfile(ASSETS / "images" / "cc0_cat_tabby.jpg", folder / "cat.jpg")
    environment = {**os.environ, "PYTHONWARNINGS": "ignore", "PYTHONUTF8": "1", "GRADIO_TEMP_DIR": str(folder)}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_python_client(served: RunningApp, tmp_path: Path) -> None:
    [example] = examples("python")
    assert THERE in example
    out = run([sys.executable, "-c", example.replace(THERE, served.url)], tmp_path)
    assert "cat 0." in out and "The dog is sleeping." in out, out
    [row] = re.findall(r"^\(6, 257, 257\) (\S+)$", out, re.MULTILINE)
    assert abs(float(row) - 1) < 1e-6


@pytest.mark.skipif(shutil.which("curl") is None, reason="no curl on this machine")
def test_curl(served: RunningApp, tmp_path: Path) -> None:
    commands = [example for example in examples("sh") if "curl" in example]
    assert len(commands) == 2 and all(THERE in example for example in commands)
    outs = [run(["bash", "-euc", example.replace(THERE, served.url.rstrip("/"))], tmp_path) for example in commands]
    assert "event: complete" in outs[0] and "The dog is sleeping." in outs[0], outs[0]
    assert '"cat"' in outs[1], outs[1]
    assert (tmp_path / "layer.safetensors").read_bytes()[8:9] == b"{", "it is no safetensors file"
    assert (tmp_path / "fig7.pdf").read_bytes()[:5] == b"%PDF-"
    assert (tmp_path / "alignment.png").read_bytes()[1:4] == b"PNG"
