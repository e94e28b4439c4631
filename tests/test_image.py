"""The image without a daemon: its files, its variables, its user and its command, as the Dockerfile has them.

What the daemon would do is done by hand here, with this interpreter in the place of the image's own: nothing but what
COPY names, another user, nowhere to write but where compose.yaml says.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from demo import selftest
from demo.main import SECONDS_TO_END, options
from tests.support.server import answers, free_port

ROOT = Path(__file__).resolve().parents[1]
COMPOSE = ROOT / "compose.yaml"
SETPRIV = shutil.which("setpriv")
USER = "1000"


def steps() -> list[tuple[str, str]]:
    """The instructions of the Dockerfile, in order."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(line.split(None, 1)[0], line.split(None, 1)[1]) for line in lines]


def of(kind: str) -> list[str]:
    return [rest for name, rest in steps() if name == kind]


def service() -> dict[str, Any]:
    """What compose.yaml says of the program."""
    return yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))["services"]["microscope"]


def test_what_compose_allows_to_be_written_is_what_the_image_writes() -> None:
    told = service()
    assert told["read_only"] and told["cap_drop"] == ["ALL"]
    writable = {entry.split(":")[0] for entry in told["tmpfs"]} | {entry.split(":")[1] for entry in told["volumes"]}
    told = dict(pair.split("=", 1) for line in of("ENV") for pair in line.split())
    used = {told["GRADIO_TEMP_DIR"], told["HOME"], told["HF_HOME"]}
    assert all(any(path == top or path.startswith(f"{top}/") for top in writable) for path in used)
    assert of("USER") == [USER]


def test_a_volume_that_lasts_belongs_to_the_images_user() -> None:
    """A volume is made as the image has its place; of a place that the image does not know it is root's."""
    lasting = [entry.split(":") for entry in service()["volumes"] if not entry.startswith(".")]
    assert lasting and all(f"install -d -o {USER} {there}" in " ".join(of("RUN")) for _, there in lasting)


def test_every_line_that_may_be_uncommented_fits_where_it_stands(tmp_path: Path) -> None:
    text, offered = re.subn(r"^(\s+)# (?=- )", r"\1", COMPOSE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    told = yaml.safe_load(text)["services"]["microscope"]
    assert offered == 3 and told["volumes"][-1].split(":")[1] == "/models"
    arguments = [one.replace("/models", str(tmp_path)) for one in told["command"][2:]]
    chosen = options(arguments)
    assert (chosen.log, chosen.models_dir, chosen.metrics_from) == ("json", tmp_path, ["172.16.0.0/12"])


def test_what_compose_hands_on_is_what_the_program_asks() -> None:
    asked = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "demo").rglob("*.py"))
    others = {"FORWARDED_ALLOW_IPS", "GRADIO_ROOT_PATH", "HF_HUB_OFFLINE"}  # uvicorn's, Gradio's, the hub's
    assert all(name in others or f'"{name}"' in asked for name in service()["environment"])


def test_who_is_being_answered_is_answered_before_the_daemon_kills() -> None:
    assert int(service()["stop_grace_period"].removesuffix("s")) > SECONDS_TO_END


@pytest.mark.slow
@pytest.mark.skipif(
    SETPRIV is None or os.geteuid() != 0, reason="needs root and setpriv (util-linux) to be somebody else"
)
def test_its_steps_start_a_page_that_is_well_and_ends_well() -> None:
    # Not pytest's own folder, which is the tester's alone.
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        started_as_the_image(Path(folder))


def started_as_the_image(folder: Path) -> None:
    app, scratch, cache, log = (folder / name for name in ("app", "tmp", "cache", "log"))
    app.mkdir()
    scratch.mkdir()
    scratch.chmod(0o777)
    [places_made] = re.findall(r"install -d .*? /cache", " ".join(of("RUN")))
    subprocess.run(places_made.replace("/cache", str(cache)).split(), check=True)
    for copied in of("COPY"):
        source, target = copied.split()
        here, there = ROOT / source, app / target
        shutil.copytree(here, there) if here.is_dir() else shutil.copy(here, there)

    told = dict(pair.split("=", 1) for line in of("ENV") for pair in line.split())
    places = {"/tmp": str(scratch), "/cache": str(cache), "/tmp/gradio": str(scratch / "gradio")}
    port = free_port()
    environment = {name: places.get(value, value) for name, value in told.items()}
    environment |= {"PATH": os.environ["PATH"], "GRADIO_SERVER_PORT": str(port)}
    # As a daemon sets it behind a proxy, which knows nothing of this computer itself.
    environment |= dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), "http://127.0.0.1:9")
    command = service()["command"]
    assert command[0] == "python" and json.loads(of("CMD")[-1]) == command
    # They may read this interpreter, wherever it lies, and write nothing of it.
    reading = "-all,+dac_read_search"
    capabilities = [f"--{kind}={reading}" for kind in ("inh-caps", "ambient-caps", "bounding-set")]
    as_somebody_else = [str(SETPRIV), f"--reuid={USER}", f"--regid={USER}", "--clear-groups", *capabilities]
    if subprocess.run([*as_somebody_else, "true"], check=False, capture_output=True).returncode:
        pytest.skip("this computer lends root no capabilities to hand on")
    with log.open("w") as file:
        process = subprocess.Popen(
            [*as_somebody_else, sys.executable, *command[1:]], cwd=app, env=environment, stdout=file, stderr=file
        )
    try:
        url, until = f"http://127.0.0.1:{port}/", time.monotonic() + 120
        while not answers(f"{url}readyz"):
            assert process.poll() is None and time.monotonic() < until, log.read_text()
            time.sleep(0.1)  # it has no other way to say that it is there
        lines: list[str] = []
        assert selftest.run(url, lines.append) == 0, lines
    finally:
        process.terminate()
    assert process.wait(40) == 0
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert sum(line["event"] == "started" for line in lines) == 1 and not [line for line in lines if "trace" in line]
    writes = [*as_somebody_else, "touch", str(cache / "model")]
    assert subprocess.run(writes, check=False).returncode == 0
    assert not [path for path in app.rglob("*") if path.stat().st_uid == int(USER)], "it wrote among its own files"
