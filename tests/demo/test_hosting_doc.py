"""What docs/hosting.md lets an operator set is what the program takes; tests/browser/test_proxies.py runs its nginx."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest

from demo.main import SECONDS_TO_END, options
from tests.support.printed import DOCS, block

TEXT = (DOCS / "hosting.md").read_text(encoding="utf-8")
DEMO = DOCS.parent / "demo"


def test_every_option_and_every_variable_stands_there(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        options(["--help"])
    offered = set(re.findall(r"--[a-z-]+", capsys.readouterr().out)) - {"--help"}
    assert len(offered) > 8 and not {one for one in offered if one not in TEXT}
    asked = "".join(path.read_text(encoding="utf-8") for path in DEMO.rglob("*.py"))
    variables = set(re.findall(r'"(MICROSCOPE_[A-Z_]+)"', asked))
    assert variables == set(re.findall(r"\bMICROSCOPE_[A-Z_]+", TEXT))


def test_what_is_typed_there_is_an_option() -> None:
    typed = re.findall(r"^    python app\.py(.*)$", TEXT, re.MULTILINE)
    assert len(typed) > 1 and all(options(one.split()) for one in typed)


def test_the_unit_starts_the_program_and_lets_it_end(tmp_path: Path) -> None:
    text = block("hosting.md", "[Unit]")
    unit = ConfigParser(interpolation=None, strict=False)
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    unit.read_string(text)
    service = unit["Service"]
    python, program, *arguments = service["ExecStart"].split()
    assert python == f"{service['WorkingDirectory']}/.venv/bin/python" and program == "app.py"
    assert options(arguments).log == "json"
    assert int(service["TimeoutStopSec"]) > SECONDS_TO_END
    if shutil.which("systemd-analyze") is None:
        pytest.skip("no systemd on this machine")
    there = tmp_path / "attention-microscope.service"
    there.write_text(text.replace(python, sys.executable).replace(service["WorkingDirectory"], str(DOCS.parent)))
    checked = subprocess.run(["systemd-analyze", "verify", there], check=False, capture_output=True, text=True)
    assert not [line for line in checked.stderr.splitlines() if there.name in line], checked.stderr
