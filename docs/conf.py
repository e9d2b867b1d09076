"""How the documentation is built: `sphinx-build -W --keep-going docs docs/_build`. Nothing is fetched from anywhere."""

import sys
from pathlib import Path

import mixtura

sys.path.insert(0, str(Path(__file__).parent))

project = "mixtura"
author = copyright = "The mixtura developers"
version = release = mixtura.__version__

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "numpydoc",
    "myst_parser",
    "extensions.command_help",
    "extensions.examples",
    "extensions.mathml",
    "extensions.pictures",
    "extensions.public_members",
]
exclude_patterns = ["_build", "generated/pictures", "generated/examples"]
nitpicky = False  # types in docstrings are words for people, not names to resolve

myst_enable_extensions = ["dollarmath", "deflist", "colon_fence"]
myst_heading_anchors = 3
autosummary_generate = True
autodoc_typehints = "none"  # numpydoc's sections say what a parameter is, with its shape
numpydoc_show_class_members = False  # the class template lists them

templates_path = ["_templates"]
html_theme = "pydata_sphinx_theme"
html_title = f"mixtura {release}"
html_math_renderer = "mathml"
html_copy_source = False
html_show_sourcelink = False
html_static_path = ["_static"]
html_css_files = ["mixtura.css"]
html_sidebars = {page.stem: [] for page in Path(__file__).parent.glob("*.md")}  # only the reference has pages below it
html_theme_options = {
    "navbar_end": ["theme-switcher"],
    "show_prev_next": False,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
}
