"""Make the screenshot of the README: `python docs/screenshot.py OUT docs/graph.png [--dark] [--select NAME]`.

OUT is a folder that `kg build` made. Needs Chromium and playwright (`pip install -e '.[dev]'`).
"""

import argparse
import shutil
import sys
from pathlib import Path

WIDTH, HEIGHT = 1440, 900


def screenshot(html: Path, picture: Path, *, dark: bool, select: str) -> None:
    """Open a page from disk as a reader would and save what the window shows."""
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not chromium:
        sys.exit("chromium is missing: apt-get install -y chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(
            viewport={"width": WIDTH, "height": HEIGHT},
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
        )
        page.goto(html.resolve().as_uri())
        page.wait_for_selector('html[data-ready="1"]')
        if select:
            page.fill("input[type=search]", select)
            page.press("input[type=search]", "Enter")
            page.wait_for_selector("#panel:visible")
        page.wait_for_timeout(300)  # a frame or two: the canvas draws after the page is ready
        page.screenshot(path=picture)
        browser.close()


def main() -> None:
    """Read the arguments and take the picture."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("out", type=Path, help="folder with graph.html")
    parser.add_argument("picture", type=Path, help="PNG to write")
    parser.add_argument("--dark", action="store_true", help="in dark colours")
    parser.add_argument("--select", default="", metavar="NAME", help="with the panel of this thing open")
    arguments = parser.parse_args()
    if not (html := arguments.out / "graph.html").is_file():
        sys.exit(f"{html} is missing: run kg build first")
    screenshot(html, arguments.picture, dark=arguments.dark, select=arguments.select)


if __name__ == "__main__":
    main()
