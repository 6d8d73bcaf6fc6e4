"""The page's own code passes ESLint."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ESLINT = ROOT / "node_modules" / "eslint" / "bin" / "eslint.js"


def test_the_code_of_the_page_passes_eslint():
    if not (shutil.which("node") and ESLINT.is_file()):
        missing = "node or ESLint is missing: npm ci"
        pytest.fail(missing) if os.environ.get("KG_REQUIRE_ALL") == "1" else pytest.skip(missing)
    done = subprocess.run(["node", str(ESLINT), "kg/view"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
