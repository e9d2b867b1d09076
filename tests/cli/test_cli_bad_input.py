"""Bad input ends in one line that names the file, column or row and the remedy, and the right exit code."""

import re

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

DATA, FIT, OUTPUT, USAGE = 3, 4, 6, 2

# What is in the file (None: there is no file), what to type besides `fit FILE`, and what the message says.
TEXTS = {
    "missing file": (None, "", r"no file .*bad\.csv"),
    "empty file": ("", "", r"bad\.csv is empty"),
    "header only": ("a,b\n", "", r"bad\.csv .*no rows"),
    "unknown column": ("width,b\n1,2\n3,4\n", "--features widht", r"'widht'; did you mean 'width'\?"),
    "unknown id column": ("a,b\n1,2\n3,4\n", "--id plate", r"no column 'plate'"),
    "text in a numeric column": ("a,b\n1,2\n3,x?\n5,6\n7,8\n", "", r"'b'.*'x\?'.*row 2"),
    "text column asked for": ("a,b\nx,2\ny,4\n", "--features a,b", r"'a' holds text.*--exclude a"),
    "all constant": ("a,b\n1,2\n1,2\n", "", r"a \(constant: every cell is 1\)"),
    "constant column asked for": ("a,b\n1,2\n1,3\n", "--features a,b", r"'a' holds 1 in every row.*--exclude a"),
    "missing cell": ("a,b\n1,2\n,4\n5,7\n", "--missing error", r"1 missing cell in a, first in row 2; --missing model"),
    "empty column": ("a,b\n1,\n3,\n5,\n", "--features a,b", r"column 'b' .*(no value|empty)"),
    "infinity": ("a,b\n1,2\ninf,4\n3,3\n", "", r"'a' is infinite in row 2"),
    "too large": ("a,b\n1,2\n3,-1e200\n5,3\n", "", r"'b' holds -1e\+200 in row 2, too large.*divide the column"),
    "too small": ("a,b\n1,2e-300\n3,1e-300\n5,3e-300\n", "", r"'b' varies by 2e-300 only, too little.*--exclude b"),
    "too small, in blocks": ("a,b\n1,2e-300\n3,1e-300\n5,3e-300\n", "--memory 4GB", r"'b' varies by 2e-300 only"),
    "category and truth": (
        "a,b\nx,1\ny,2\n",
        "--categorical a --truth a",
        r"'a' .*as truth; leave it out of --categorical",
    ),
    "count and weight": ("a,b\n3,1\n4,2\n", "--counts a --weight a", r"'a' .*as weight; leave it out of --counts"),
    "one row": ("a,b\n1,2\n", "", r"one row"),
    "more components than distinct rows": ("a,b\n1,2\n1,2\n3,4\n", "-k 3", r"only 2 different rows"),
    "duplicate column names": ("a,a\n1,2\n3,4\n", "", r"more than one column called a"),
    "not UTF-8": (b"gr\xf6\xdfe,b\n1,2\n3,4\n", "", r"UTF-8"),
    "ragged": ("a,b\n1,2\n3,4,5\n", "", r"(line|row) \d"),
    "negative weight": ("a,b\n1,2\n3,-4\n", "--weight b", r"-4 in row 2"),
    "unknown format": ("a,b\n1,2\n3,4\n", "--format xls", r"format 'xls' is not known"),
}


@pytest.fixture
def bad(tmp_path):
    return tmp_path / "bad.csv"


def one_line(result, code):
    assert result.exit_code == code, result.output
    assert result.stdout == ""
    assert re.fullmatch(r"Error: .*\n", result.stderr), result.stderr
    assert "Traceback" not in result.stderr
    return result.stderr


@pytest.mark.parametrize(("content", "options", "message"), TEXTS.values(), ids=TEXTS)
def test_fit_refuses_the_table(run, bad, content, options, message, tmp_path):
    if content is not None:
        bad.write_bytes(content if isinstance(content, bytes) else content.encode())
    told = one_line(run("fit", bad, *options.split(), "-o", tmp_path / "out"), DATA)
    assert re.search(message, told), told
    assert {path.name for path in tmp_path.iterdir()} <= {"bad.csv"}


def test_a_parquet_file_cut_in_half(run, tmp_path):
    path = tmp_path / "cut.parquet"
    pq.write_table(pa.table({"a": list(range(1000))}), path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert "cut.parquet is not a complete Parquet file" in one_line(run("fit", path), DATA)


@pytest.mark.parametrize(
    "options",
    ["-k 0", "-k 3-2", "-k two", "-k 1-", "-k -3", "-k 1-5000", "--covariance round", "--covariance full,", "--seed -1",
     "--criterion best", "--time-limit soon", "--time-limit 0", "--reg -1", "--tol 0", "--reg nan", "--tol inf",
     "--features a,,b", "--nonsense", "--workers 0"],
)  # fmt: skip
def test_usage(run, faithful, options):
    result = run("fit", faithful, *options.split())
    assert result.exit_code == USAGE
    assert result.stdout == "" and "Error: " in result.stderr


@pytest.mark.parametrize(
    ("k", "message"),
    [
        ("0", "'0' is out of range: from 1 to 1000"),
        ("1-5000", "is out of range"),
        ("5-2", "ends before it starts: write 2-5"),
    ],
)
def test_a_number_of_clusters_that_cannot_be_tried(run, faithful, k, message):
    assert message in run("fit", faithful, "-k", k).stderr


def test_no_data_at_all(run):
    assert run("fit").exit_code == USAGE
    assert run("nonsense").exit_code == USAGE


@pytest.mark.parametrize("name", ["model.safetensors", "labels.csv", "summary.json", "report.html"])
def test_an_output_folder_that_holds_a_fit_is_left_alone(run, tmp_path, snapshot, name):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / name).write_text("precious")
    before = snapshot(tmp_path)
    # the table does not even exist: the folder is looked at first
    told = one_line(run("fit", tmp_path / "none.csv", "-o", tmp_path / "out"), OUTPUT)
    assert f"holds {name} already: add --overwrite" in told
    assert snapshot(tmp_path) == before


def test_an_output_folder_without_a_name(run, faithful, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = run("fit", faithful, "-k", "1", "--covariance", "full", "-o", "")
    assert result.exit_code == USAGE and "the name of the folder is empty" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_an_output_folder_that_is_a_file(run, faithful, tmp_path):
    (tmp_path / "out").write_text("precious")
    assert "is a file" in one_line(run("fit", faithful, "-o", tmp_path / "out"), OUTPUT)
    assert "cannot be written" in one_line(run("fit", faithful, "-o", tmp_path / "out" / "deeper"), OUTPUT)
    assert (tmp_path / "out").read_text() == "precious"


def test_overwriting_that_fails_leaves_the_old_files(run, output, tmp_path, snapshot):
    target = tmp_path / "out"
    target.mkdir()
    for path in output.iterdir():
        (target / path.name).write_bytes(path.read_bytes())
    before = snapshot(tmp_path)
    one_line(run("fit", tmp_path / "none.csv", "-o", target, "--overwrite"), DATA)
    assert snapshot(tmp_path) == before


def test_overwriting_leaves_nothing_of_the_earlier_fit_and_all_that_is_not_ours(run, faithful, tmp_path):
    target = tmp_path / "out"
    for options in ((), ("--overwrite", "--no-report", "--labels", "csv")):
        result = run("fit", faithful, "-k", "2", "--covariance", "tied", "-o", target, *options)
        assert result.exit_code == 0, result.stderr
        (target / "notes.txt").write_text("mine")
    names = {path.name for path in target.iterdir()}
    assert names == {"model.safetensors", "labels.csv", "summary.json", "notes.txt"}
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_predict_and_show_refuse_what_is_no_model(run, faithful, tmp_path):
    for model in (faithful, tmp_path / "none", tmp_path):
        assert str(model) in one_line(run("predict", model, faithful), DATA)
        assert str(model) in one_line(run("show", model), DATA)


def test_the_unexpected_is_one_line_and_debug_shows_where(run, faithful, monkeypatch):
    def fail(*arguments, **options):
        raise RuntimeError("two\nlines")

    monkeypatch.setattr("mixtura.sources.check.table_facts", fail)
    assert one_line(run("check", faithful), 1) == "Error: RuntimeError: two lines (unexpected; --debug shows where)\n"
    for words in (("--debug", "check", faithful), ("check", faithful, "--debug")):
        result = run(*words)
        assert result.exit_code == 1
        assert "Traceback" in result.stderr and "in fail" in result.stderr
