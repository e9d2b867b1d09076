"""`mixtura learn`: classes that are known, of all rows or of some."""

import csv
import json

import numpy as np
import pytest

from mixtura import MixtureDiscriminant, datasets
from mixtura.cli._learnt import lines
from mixtura.explain.numbers import brief, percent
from mixtura.persistence import load

QUICK = ("--labels", "species", "--covariance", "EEE,VVV")
OURS = {"model.safetensors", "labels.parquet", "summary.json", "report.html"}


@pytest.fixture(scope="module")
def iris(run, tmp_path_factory):
    path = tmp_path_factory.mktemp("iris") / "iris.csv"
    assert run("datasets", "get", "iris", "-o", path).exit_code == 0
    return path


@pytest.fixture
def some(iris, tmp_path):
    """Iris of which every tenth row has its label."""
    header, *rows = iris.read_text().splitlines()
    assert header.endswith(",species")
    rows = [row if i % 10 == 0 else f"{row.rpartition(',')[0]}," for i, row in enumerate(rows)]
    path = tmp_path / "some.csv"
    path.write_text("\n".join([header, *rows]) + "\n")
    return path


def told_by(result):
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_it_is_the_classifier_and_predict_takes_its_model(run, iris, tmp_path):
    result = run("learn", iris, *QUICK, "-o", tmp_path / "out")
    assert result.exit_code == 0, result.output
    shown = result.stdout.splitlines()
    assert shown[0] == "3 classes in 150 rows, 4 columns"
    assert "One Gaussian a class" in shown[1] and "when left out (5 parts, Brier score" in result.stdout
    assert {path.name for path in (tmp_path / "out").iterdir()} == OURS
    data = datasets.load("iris")
    names = np.array(data.target_names)[data.target]
    own = MixtureDiscriminant(covariance_type=["EEE", "VVV"], criterion="cv", random_state=0).fit(data.data, names)
    fitted = load(tmp_path / "out" / "model.safetensors")
    assert fitted.cluster_names == ("setosa", "versicolor", "virginica")
    np.testing.assert_allclose(fitted.parameters.weights, own.priors_)
    assert "Fitted to 150 rows: log-likelihood" in run("show", tmp_path / "out" / "model.safetensors").stdout
    said = run("predict", tmp_path / "out" / "model.safetensors", iris).stdout.splitlines()
    rows = list(csv.DictReader(said))
    assert [row["cluster"] for row in rows] == own.predict(data.data).tolist()


def test_json_holds_what_is_compared_and_how_often_it_errs(run, iris):
    told = told_by(run("learn", iris, *QUICK, "--json", "--criterion", "cv", "--folds", "3"))
    tried = told["learnt"]["tried"]
    assert {one["model"] for one in tried} == {"EEE,1", "VVV,1"}
    assert tried[0]["brier"] <= tried[1]["brier"] and 0 < tried[0]["error"] < 0.05
    assert np.trace(told["truth"]["table"]) >= 145
    assert told["learnt"]["n_labelled"] == 150


def test_the_report_says_how_often_it_errs(run, iris, tmp_path):
    told = told_by(run("learn", iris, *QUICK, "-o", tmp_path / "out", "--json"))
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    best = told["learnt"]["tried"][0]
    assert f"Left out in 5 parts, {percent(best['error'])} of the rows go to another class." in page
    assert told == json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))
    for one in told["learnt"]["tried"]:
        assert one["model"] in page and f'<td data-name="Brier score">{brief(one["brier"])}</td>' in page
    model = tmp_path / "out" / "model.safetensors"
    assert run("report", model, "--truth", "species", "-o", tmp_path / "again.html").exit_code == 0
    assert "Left out in 5 parts" in (tmp_path / "again.html").read_text(encoding="utf-8")


def test_rows_that_belong_together_share_a_class(run, tmp_path):
    """Two rows of one person, one of them far out in the other class, of which one row has a label."""
    people = ["size,person,kind", *(f"{9 * (i % 2) + i / 50},p{i},{'ab'[i % 2] if i < 2 else ''}" for i in range(40))]
    (tmp_path / "people.csv").write_text("\n".join([*people, "8.8,q,", "0.1,q,", "0.2,q,"]) + "\n")
    words = ("learn", tmp_path / "people.csv", "--labels", "kind", "--features", "size", "--json")
    alone, together = (told_by(run(*words, *more)) for more in ((), ("--together", "person")))
    assert together["clusters"][0]["weight"] > alone["clusters"][0]["weight"]
    spreads = [told["clusters"][0]["sds"][0] for told in (alone, together)]
    assert spreads[1] > 1.5 * spreads[0]


def test_errors_that_are_not_known_are_not_told(run, iris):
    told = told_by(run("learn", iris, *QUICK, "--json"))
    told["learnt"]["tried"][0] |= {"brier": None, "error": None}
    assert any("is not known" in line for line in lines(told, None))


def test_a_mixture_a_class(run, iris):
    told = told_by(run("learn", iris, *QUICK, "-k", "1-2", "--covariance", "VVI", "--json"))
    data = datasets.load("iris")
    own = MixtureDiscriminant([1, 2], covariance_type="VVI", random_state=0).fit(data.data, data.target)
    assert told["learnt"]["classes"] == own.models_
    assert told["learnt"]["tried"][0]["bic"] == pytest.approx(own.bic_)
    result = run("learn", iris, *QUICK, "-k", "2", "--covariance", "VVI")
    assert "A mixture a class: setosa 2 VVI" in result.stdout and "--criterion cv" in result.stdout


def test_a_class_of_few_rows_is_left_out_in_as_many_parts(run, table):
    table.write_text("\n".join(table.read_text().splitlines()[:9]) + "\n")  # eight rows, four of each kind
    told = told_by(run("learn", table, "--labels", "kind", "--features", "width", "--covariance", "E", "--json"))
    assert told["learnt"]["n_folds"] == 4


def test_rows_without_a_label_help(run, some, tmp_path):
    result = run("learn", some, "--labels", "species", "-o", tmp_path / "out", "--no-report")
    assert result.exit_code == 0, result.output
    assert "15 of 150 rows have a label; the others say where classes lie." in result.stdout
    assert load(tmp_path / "out" / "model.safetensors").cluster_names == ("setosa", "versicolor", "virginica")
    dropped = told_by(
        run(
            "learn",
            some,
            "--labels",
            "species",
            "--unlabelled",
            "drop",
            "--covariance",
            "EEE",
            "--folds",
            "2",
            "--json",
        )
    )
    assert dropped["answer"]["n_rows"] == dropped["learnt"]["n_labelled"] == 15


def test_classes_that_are_numbers_are_called_by_them(run, table):
    """Where cells are empty, whole numbers are read as floats."""
    *rows, last = table.read_text().replace(",a", ",1").replace(",b", ",20").splitlines()
    table.write_text("\n".join([*rows, last.rpartition(",")[0] + ","]) + "\n")
    told = told_by(run("learn", table, "--labels", "kind", "--features", "width", "--json"))
    assert [cluster["name"] for cluster in told["clusters"]] == told["truth"]["groups"] == ["1", "20"]
    assert told["learnt"]["n_labelled"] == 19


def test_groups_that_nobody_has_labelled_are_found(run, some, tmp_path):
    text = some.read_text().replace(",virginica", ",")
    some.write_text(text)
    told = told_by(run("learn", some, "--labels", "species", "--more", "1", "--json"))
    assert [cluster["name"] for cluster in told["clusters"]] == ["setosa", "versicolor", "new 1"]
    assert 40 <= told["clusters"][2]["n_rows"] <= 60


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (("--labels", "kind"), 3, "has no column 'kind'"),
        (("--labels", "species", "--more", "1"), 2, "there are none that count"),
        (("--labels", "species", "--together", "petal_width_cm"), 2, "all that count have one"),
        (("--labels", "species", "--features", "species"), 3, "species"),
        ((), 2, "Missing option '--labels'"),
    ],
)
def test_what_cannot_be_learnt(run, iris, options, code, said):
    result = run("learn", iris, *options)
    assert (result.exit_code, said in result.stderr) == (code, True), result.output


def test_one_class_alone_and_holes_are_refused(run, table):
    text = table.read_text()
    table.write_text("\n".join(line for line in text.splitlines() if not line.endswith("b")) + "\n")
    alone = run("learn", table, "--labels", "kind")
    assert alone.exit_code == 3 and "it takes two classes to tell apart" in alone.stderr
    header, first, *rest = text.splitlines()
    table.write_text("\n".join([header, first.replace(first.split(",")[1], "", 1), *rest]) + "\n")
    holes = run("learn", table, "--labels", "kind")
    assert holes.exit_code == 3 and "1 row with missing cells" in holes.stderr and "--missing drop" in holes.stderr
    assert run("learn", table, "--labels", "kind", "--missing", "drop", "--covariance", "EII").exit_code == 0


def test_options_that_need_all_labels_are_refused_without(run, some):
    result = run("learn", some, "--labels", "species", "-k", "2")
    assert result.exit_code == 2 and "135 rows have no label" in result.stderr
    some.write_text("\n".join(line.rpartition(",")[0] + "," for line in some.read_text().splitlines()[1:]))
    header = "a,b,c,d,species\n"
    some.write_text(header + some.read_text())
    result = run("learn", some, "--labels", "species")
    assert result.exit_code == 3 and "mixtura fit finds groups" in result.stderr
