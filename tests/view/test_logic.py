import subprocess
from pathlib import Path


def test_pure_functions_of_the_page_pass_their_own_tests(node_tool: str) -> None:
    file = Path(__file__).with_name("logic.test.mjs")
    done = subprocess.run([node_tool, "--test", str(file)], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "# pass 0" not in done.stdout
