"""The budgets of the code: short functions, few arguments, files on a few screens. Every exception has its reason."""

import ast
import io
import re
import tokenize
from functools import cache
from pathlib import Path
from statistics import median, quantiles
from typing import NamedTuple

import pytest

PACKAGE = Path(__file__).parents[1] / "src" / "mixtura"
FILES = sorted(PACKAGE.rglob("*.py"))
LAYOUT = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}

LONGEST_FILE, LONGEST_FUNCTION, LONGEST_KERNEL, MOST_ARGUMENTS = 300, 40, 60, 6
# Faces that take what people may say by name, one keyword for each wish.
FACES = ("cli", "estimators", "report")
MANY_ARGUMENTS = {
    "selection.select": "public: rows and weights, then keywords: what to try, how to rank, how to fit",
    "tables.select": "the same, for tables of any kind",
    "likelihood_ratio.likelihood_ratio_test": "the same: what to test, against how many samples, how to fit",
    "finding.find": "the same, for variational fits",
    "resampling.parameters.uncertainty": "a model and its rows, then keywords: which errors, by how many fits",
    "sources.streamed.stream": "public: rows, then keywords: what columns are for, and what may be used to read them",
}


class Function(NamedTuple):
    where: str  # module and name
    n_lines: int  # lines of code: docstring, comments and blank lines apart
    n_arguments: int


@cache
def functions() -> tuple[Function, ...]:
    return tuple(function for file in FILES for function in _functions_of(file))


def _functions_of(file):
    text = file.read_text(encoding="utf-8")
    tree, code = ast.parse(text), _code_lines(text)
    module = ".".join(file.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__")
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings = {
        line
        for node in ast.walk(tree)
        if isinstance(node, documented) and ast.get_docstring(node) is not None
        for line in range(node.body[0].lineno, node.body[0].end_lineno + 1)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            own = set(range(node.lineno, node.end_lineno + 1)) & code - docstrings
            yield Function(f"{module}.{node.name}", len(own), _count_arguments(node.args))


def _code_lines(text):
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return {line for token in tokens if token.type not in LAYOUT for line in range(token.start[0], token.end[0] + 1)}


def _count_arguments(arguments):
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return sum(argument.arg not in ("self", "cls") for argument in named)


def test_there_is_something_to_count():
    assert len(FILES) > 20
    assert any(function == Function("statistics.merge_all", 2, 1) for function in functions())


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_a_file_is_short_and_leaves_nothing_for_later(file):
    text = file.read_text(encoding="utf-8")
    assert text.count("\n") <= LONGEST_FILE
    assert re.findall(r"\b(?:TODO|FIXME|XXX)\b", text) == []


def test_functions_are_short():
    def is_too_long(function):
        if function.where.startswith("estimators.") and function.where.endswith(".__init__"):
            return False  # which keeps what people may say, as scikit-learn asks: two lines for each wish
        return function.n_lines > (LONGEST_KERNEL if function.where.startswith("_kernels.") else LONGEST_FUNCTION)

    lengths = [function.n_lines for function in functions()]
    assert [function for function in functions() if is_too_long(function)] == []
    assert median(lengths) <= 6
    assert quantiles(lengths, n=10)[-1] < 20


def test_functions_take_few_arguments():
    many = {function.where for function in functions() if function.n_arguments > MOST_ARGUMENTS}
    assert {where for where in many if not where.startswith(FACES)} == set(MANY_ARGUMENTS)
