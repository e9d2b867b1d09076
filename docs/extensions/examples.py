"""The gallery: ``{example} NAME`` runs ``examples/NAME.py`` and shows its picture, what it prints, and its code."""

import ast
import inspect
import subprocess
import sys
from pathlib import Path

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective

SCRIPTS = Path(__file__).parents[2] / "examples"


class Example(SphinxDirective):
    """One script; ``:suffix:`` says what kind of picture it writes, ``:alt:`` what is on it."""

    required_arguments = 1
    option_spec = {"suffix": directives.unchanged, "alt": directives.unchanged_required}  # noqa: RUF012

    def run(self):
        script = SCRIPTS / f"{self.arguments[0]}.py"
        self.env.note_dependency(str(script))
        source = script.read_text(encoding="utf-8")
        *told, command = inspect.cleandoc(ast.get_docstring(ast.parse(source))).split("\n\n")
        picture, printed = self._make(script)
        image = nodes.image(uri=picture, alt=self.options["alt"], width="100%")
        code = source.split('"""', 2)[2].strip()
        return [
            *(nodes.paragraph(text, text) for text in told),
            image,
            nodes.literal_block(printed, f"$ {command.removesuffix(' [PICTURE]')}\n{printed}", language="text"),
            nodes.literal_block(code, code, language="python"),
        ]

    def _make(self, script):
        """Run the script; the picture's place below the sources, and what was printed."""
        place = Path("generated", "examples", f"{script.stem}.{self.options.get('suffix', 'png')}")
        target = Path(self.env.srcdir) / place
        target.parent.mkdir(parents=True, exist_ok=True)
        done = subprocess.run([sys.executable, script, target], capture_output=True, text=True)
        if done.returncode:
            raise self.error(f"{script.name} failed:\n{done.stderr}")
        return f"/{place.as_posix()}", done.stdout.strip()


def setup(app):
    app.add_directive("example", Example)
    return {"parallel_read_safe": True}
