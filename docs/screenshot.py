"""Make the screenshot of the README: `python docs/screenshot.py OUT docs/graph.png`, options with `--help`.

OUT is a folder that `kg build` made. Needs Chromium and playwright (`pip install -e '.[dev]'`). The pictures of
docs/view.md are graph.png as above, graph-path.png with `--dark --path GPT-3 GLUE`, graph-focus.png with
`--focus GLUE` and graph-phone.png with `--phone --select BERT`.
"""

import argparse
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

WINDOW, PHONE = (1280, 800), (390, 844)


def search(page: "Page", name: str) -> None:
    """Search for a name and take the best hit."""
    page.fill("input[type=search]", name)
    page.press("input[type=search]", "Enter")


def act(page: "Page", arguments: argparse.Namespace) -> None:
    """What the reader of the picture does."""
    if first := arguments.select or arguments.focus or (arguments.path or [""])[0]:
        search(page, first)
        page.wait_for_selector("#panel:visible")
    if arguments.focus:
        page.click("#focus")
    if arguments.path:
        page.click("#from")
        search(page, arguments.path[1])


def screenshot(html: Path, arguments: argparse.Namespace) -> None:
    """Open a page from disk as a reader would and save what the window shows."""
    from playwright.sync_api import sync_playwright

    width, height = PHONE if arguments.phone else WINDOW

    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not chromium:
        sys.exit("chromium is missing: apt-get install -y chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(
            viewport={"width": width, "height": height},
            color_scheme="dark" if arguments.dark else "light",
            reduced_motion="reduce",
        )
        page.goto(html.resolve().as_uri())
        page.wait_for_selector('html[data-ready="1"]')
        act(page, arguments)
        page.wait_for_timeout(300)  # a frame or two: the canvas draws after the page is ready
        page.screenshot(path=arguments.picture)
        browser.close()


def main() -> None:
    """Read the arguments and take the picture."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("out", type=Path, help="folder with graph.html")
    parser.add_argument("picture", type=Path, help="PNG to write")
    parser.add_argument("--dark", action="store_true", help="in dark colours")
    parser.add_argument("--select", default="", metavar="NAME", help="with the panel of this thing open")
    parser.add_argument("--focus", default="", metavar="NAME", help="narrowed to the neighbourhood of this thing")
    parser.add_argument("--path", nargs=2, metavar=("FROM", "TO"), help="with the shortest ways between two things")
    parser.add_argument("--phone", action="store_true", help="in the window of a phone")
    arguments = parser.parse_args()
    if not (html := arguments.out / "graph.html").is_file():
        sys.exit(f"{html} is missing: run kg build first")
    screenshot(html, arguments)


if __name__ == "__main__":
    main()
