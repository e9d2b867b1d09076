"""What can be checked, one session each: `nox -s tests`, or `nox` for all but the slow ones. uv does the installing."""

from pathlib import Path

import nox

nox.options.default_venv_backend = "none"  # uv keeps the one environment in .venv
nox.options.sessions = ["lint", "types", "docs", "examples", "tests"]


@nox.session
def tests(session: nox.Session) -> None:
    """The test suite; arguments after -- go to pytest."""
    session.run("uv", "run", "pytest", *session.posargs, external=True)


@nox.session
def lowest(session: nox.Session) -> None:
    """The test suite with the oldest version of every dependency that pyproject.toml allows."""
    session.run("uv", "run", "--isolated", "--resolution", "lowest-direct", "pytest", *session.posargs, external=True)


@nox.session
def lint(session: nox.Session) -> None:
    """Style, format and layers."""
    for command in (["ruff", "check"], ["ruff", "format", "--check"], ["lint-imports"]):
        session.run("uv", "run", "--group", "lint", *command, external=True)


@nox.session
def types(session: nox.Session) -> None:
    """Types of the package, strictly."""
    session.run("uv", "run", "--group", "lint", "mypy", external=True)


@nox.session
def docs(session: nox.Session) -> None:
    """The documentation, with warnings as errors, into docs/_build."""
    build = ["sphinx-build", "-W", "--keep-going", "-q", "docs", "docs/_build"]
    session.run("uv", "run", "--group", "docs", *build, *session.posargs, external=True)


@nox.session
def examples(session: nox.Session) -> None:
    """Every example, its picture into a temporary folder."""
    root = Path.cwd()
    with session.chdir(session.create_tmp()):
        for script in sorted(root.glob("examples/*.py")):
            session.run("uv", "run", "--project", str(root), "python", str(script), external=True)


@nox.session
def benchmarks(session: nox.Session) -> None:
    """The comparison with scikit-learn: with -- --quick only to see that it runs, which says nothing about speed."""
    session.run("uv", "run", "python", "benchmarks/compare.py", *session.posargs, external=True)
