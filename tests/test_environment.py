"""What a tester has set in the environment changes no test."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HOSTILE = {
    "HF_HUB_OFFLINE": "1", "HF_ENDPOINT": "http://127.0.0.1:9", "HF_TOKEN": "hf_x", "TRANSFORMERS_OFFLINE": "1",
    "GRADIO_ROOT_PATH": "/elsewhere", "GRADIO_SERVER_PORT": "1", "GRADIO_SSR_MODE": "True", "SYSTEM": "spaces",
    "http_proxy": "http://127.0.0.1:9", "HTTPS_PROXY": "http://127.0.0.1:9", "all_proxy": "http://127.0.0.1:9",
    "LANG": "ko_KR.UTF-8", "LC_ALL": "de_DE.UTF-8", "TZ": "Asia/Seoul", "PYTHONHASHSEED": "1", "OMP_NUM_THREADS": "7",
    "PWDEBUG": "1", "MPLBACKEND": "nonsense",
}  # fmt: skip
ASK = """
import os, sys, time
import tests.conftest
from huggingface_hub import constants
print(*[name for name in sys.argv[1:] if name in os.environ])
print(constants.HF_HUB_OFFLINE, time.timezone, os.listdir(constants.HF_HOME))
"""


def test_what_a_tester_has_set_is_gone_before_a_library_reads_it() -> None:
    environment = {**os.environ, **HOSTILE}
    done = subprocess.run(
        [sys.executable, "-c", ASK, *HOSTILE],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout == "\nFalse 0 []\n"
