"""Formulas as MathML, which every browser draws by itself: no script, no request to another host."""

from docutils import nodes
from docutils.utils.math.latex2mathml import tex2mathml


def show_inline(writer, node):
    writer.body.append(tex2mathml(node.astext()))
    raise nodes.SkipNode


def show_block(writer, node):
    writer.body.append(tex2mathml(node.astext(), as_block=True))
    raise nodes.SkipNode


def setup(app):
    app.add_html_math_renderer("mathml", inline_renderers=(show_inline, None), block_renderers=(show_block, None))
    return {"parallel_read_safe": True}
