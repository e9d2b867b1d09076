"""`mixtura report`: the page of a fit, again or about other rows."""

import shutil

import pytest


@pytest.fixture
def model(output, tmp_path):
    return shutil.copy(output / "model.safetensors", tmp_path / "model.safetensors")


def test_the_page_is_that_of_the_fit(run, model, faithful, output, tmp_path):
    result = run("report", model, faithful, "-o", tmp_path / "again.html")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "2 clusters in 272 rows, 2 columns" in result.stderr
    page = (tmp_path / "again.html").read_bytes()
    assert page == (output / "report.html").read_bytes()
    run("report", model, "-o", tmp_path / "alone.html")  # the file of the fit is on record
    assert (tmp_path / "alone.html").read_bytes() == page


def test_new_names_reach_the_page(run, model, faithful, tmp_path):
    run("name", model, "0=Long & tedious")
    run("report", model, faithful, "-o", tmp_path / "r.html")
    assert "Long &amp; tedious" in (tmp_path / "r.html").read_text()


def test_other_columns_are_shown_and_scored(run, output, faithful, tmp_path):
    header, *lines = faithful.read_text().splitlines()
    table = tmp_path / "more.csv"
    kinds = ["long" if float(line.split(",")[0]) > 3 else "short" for line in lines]
    rows = [f"{line},{kind},{n % 7},e{n}" for n, (line, kind) in enumerate(zip(lines, kinds, strict=True))]
    table.write_text("\n".join([f"{header},kind,day,name", *rows]) + "\n")
    options = ("--truth", "kind", "--profile", "day,kind", "--id", "name")
    assert run("report", output / "model.safetensors", table, *options, "-o", tmp_path / "r.html").exit_code == 0
    page = (tmp_path / "r.html").read_text()
    for said in ("Known groups", "e148"):
        assert said in page


def test_private_rows(run, model, table, faithful, tmp_path):
    assert run("report", model, faithful, "--no-rows", "-o", tmp_path / "r.html").exit_code == 0
    assert "Outliers" not in (tmp_path / "r.html").read_text()


def test_files_that_are_there_and_folders_that_are_not(run, model, faithful, tmp_path):
    (tmp_path / "r.html").write_text("precious")
    assert run("report", model, faithful, "-o", tmp_path / "r.html").exit_code == 6
    assert (tmp_path / "r.html").read_text() == "precious"
    assert run("report", model, faithful, "-o", tmp_path / "none" / "r.html").exit_code == 6
    assert run("report", model, faithful, "-o", tmp_path / "r.html", "--overwrite").exit_code == 0
    assert run("report", model, tmp_path / "none.csv", "-o", tmp_path / "new.html").exit_code == 3
    assert not (tmp_path / "new.html").exists()
