"""The live page of a report: its size, how soon it is ready, and how soon rows that are brushed show everywhere.

    uv run python benchmarks/page.py [--rows 20000] [--columns 6] [--brushes 20] [--quick]

Needs Chromium on the path. Times are those of the page's own clock: from the start of the navigation to the end of the
page's program, and from an event of the pointer until the second frame after it begins, when it has been drawn.
"""

import argparse
import shutil
import statistics
import tempfile
from pathlib import Path

import numpy as np

import mixtura

K = 5
BRUSH = """async ([share]) => {
  const [overlay] = document.querySelectorAll('.brushable'), box = overlay.getBoundingClientRect();
  const at = (type, x, y) => overlay.dispatchEvent(new PointerEvent(type, {
    pointerId: 1, pointerType: 'mouse', button: 0, bubbles: true,
    clientX: box.left + x * box.width, clientY: box.top + y * box.height}));
  const frames = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  overlay.setPointerCapture = () => {};
  at('pointerdown', 0.1, 0.1);
  await frames();
  const start = performance.now();
  at('pointermove', 0.1 + share, 0.1 + share);
  await frames();
  at('pointerup', 0.1 + share, 0.1 + share);
  return performance.now() - start;
}"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--columns", type=int, default=6)
    parser.add_argument("--brushes", type=int, default=20)
    parser.add_argument("--quick", action="store_true", help="few rows: does it run at all?")
    arguments = parser.parse_args()
    n_rows, n_brushes = (500, 2) if arguments.quick else (arguments.rows, arguments.brushes)
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        print("There is no Chromium here: nothing was measured.")
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.html"
        write(path, n_rows, arguments.columns)
        print(f"{n_rows} rows x {arguments.columns} columns, {K} clusters: {path.stat().st_size / 1e6:.2f} MB")
        measure(path, chromium, n_brushes)


def write(path: Path, n_rows: int, n_columns: int) -> None:
    rng = np.random.default_rng(0)
    centres = rng.normal(scale=4, size=(K, n_columns))
    points = centres[rng.integers(K, size=n_rows)] + rng.normal(size=(n_rows, n_columns))
    fitted = mixtura.assemble(mixtura.select(points, n_components=[K], covariances=["full"]))
    mixtura.write_report(path, fitted, points)


def measure(path: Path, chromium: str, n_brushes: int) -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1200, "height": 900})
        page.goto(path.as_uri())
        ready = page.evaluate("performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd")
        page.locator(".brushable").first.scroll_into_view_if_needed()
        first, *others = (page.evaluate(BRUSH, [share]) for share in np.linspace(0.2, 0.8, n_brushes + 1))
        browser.close()
    print(f"ready after {ready:.0f} ms")
    print(f"first brush on the screen after {first:.0f} ms, later ones after {statistics.median(others):.0f} ms")


if __name__ == "__main__":
    main()
