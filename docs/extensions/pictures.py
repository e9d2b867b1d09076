"""Pictures are drawn when the pages are built: each file in docs/pictures with a function `draw` makes one SVG."""

from importlib import import_module
from pathlib import Path

import matplotlib
from matplotlib import pyplot

matplotlib.use("svg")
matplotlib.rcParams["svg.hashsalt"] = "mixtura"  # the same bytes from build to build


def draw_all(app):
    source = Path(app.srcdir)
    target = source / "generated" / "pictures"
    target.mkdir(parents=True, exist_ok=True)
    for script in sorted(source.glob("pictures/[!_]*.py")):
        figure = import_module(f"pictures.{script.stem}").draw()
        figure.savefig(target / f"{script.stem}.svg", metadata={"Date": None})
        pyplot.close("all")


def setup(app):
    app.connect("builder-inited", draw_all)
    return {"parallel_read_safe": True}
