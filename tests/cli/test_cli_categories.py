"""Columns of categories on the command line: fit, show, predict, report, check."""

import json
import re

import numpy as np
import pytest

from mixtura import LatentClassMixture, load
from mixtura.cli import _answer
from mixtura.explain.numbers import percent


def people(path, n_rows=120):
    """Two groups that differ in age and in town; a tenth of the towns is missing."""
    rng = np.random.default_rng(0)
    group = np.arange(n_rows) % 3 == 0
    towns = np.where(group, "Rom", np.where(rng.uniform(size=n_rows) < 0.5, "Oslo", "Köln"))
    towns[::10] = ""
    ages, sizes = rng.normal(np.where(group, 52, 30), 6), rng.normal(170, 8, n_rows)
    rows = [f"p{i},{ages[i]:.2f},{sizes[i]:.1f},{towns[i]},{'yes' if group[i] else 'no'}" for i in range(n_rows)]
    path.write_text("\n".join(["name,age,size,town,member", *rows]) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    return people(tmp_path_factory.mktemp("people") / "people.csv")


@pytest.fixture(scope="module")
def output(run, table, tmp_path_factory):
    folder = tmp_path_factory.mktemp("mixed") / "out"
    result = run("fit", table, "--categorical", "town", "-k", "2", "--covariance", "tied", "-o", folder, "--json")
    assert result.exit_code == 0, result.output
    return folder, json.loads(result.stdout)


@pytest.fixture(scope="module")
def answers(run, table, tmp_path_factory):
    folder = tmp_path_factory.mktemp("answers") / "out"
    result = run("fit", table, "--features", "member", "--categorical", "town,member", "-k", "1-2", "-o", folder)
    assert result.exit_code == 0, result.output
    return folder, result.stdout


def test_fit_clusters_on_categories_too(output):
    _, facts = output
    assert facts["answer"]["headline"] == "2 clusters in 120 rows, 3 columns"
    assert sum(cluster["n_rows"] for cluster in facts["clusters"]) == 120
    assert [column["name"] for column in facts["columns"]] == ["age", "size"]
    assert facts["profiles"][1]["town"]["shares"]["Rom"] > 0.9
    assert [column["name"] for column in facts["left_out"]["columns"]] == ["name", "member"]


def test_the_model_keeps_the_levels(output):
    fitted = load(output[0] / "model.safetensors")
    assert fitted.features == ("age", "size", "town")
    assert fitted.levels == {"town": ["Köln", "Oslo", "Rom"]}


def test_the_report_tells_the_shares(output):
    page = (output[0] / "report.html").read_text(encoding="utf-8")
    levels = page.partition("Categories: rows were clustered on these too")[2].partition("</table>")[0]
    assert re.search(r"<bdi>Rom</bdi></th>\s*<td[^>]*>[^<]+ %.*\s*<td[^>]*>9[0-9] %", levels)
    assert "not known in 10 % of the rows" in levels and 'class="meter c1"' in levels


def test_the_report_tells_columns_of_categories_from_those_beside_them(run, table, tmp_path):
    options = [
        "--categorical",
        "town",
        "--profile",
        "member",
        "-k",
        "2",
        "--covariance",
        "tied",
        "-o",
        tmp_path / "out",
    ]
    assert run("fit", table, *options).exit_code == 0
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    clustered_on, _, beside = page.partition("Columns that were not clustered on")
    assert "Categories: rows were clustered on these too" in clustered_on
    assert "Oslo" in clustered_on.partition("Categories: rows")[2] and "Oslo" not in beside.partition("</table>")[0]
    assert "emission.means" not in page and "Data, how" not in page


def test_show_tells_the_likeliest_levels(run, output):
    result = run("show", output[0] / "model.safetensors")
    assert result.exit_code == 0
    assert "town: cluster 0 Köln" in result.stdout
    assert "cluster 1 Rom" in result.stdout


def test_rows_without_a_category_can_be_left_out(run, table, output):
    options = ["--categorical", "town", "-k", "2", "--covariance", "tied", "--missing"]
    told = json.loads(run("fit", table, *options, "drop", "--json").stdout)
    assert told["answer"]["n_rows"] == 108 and told["left_out"]["n_rows_with_missing_cells"] == 12
    refused = run("fit", table, *options, "error")
    assert refused.exit_code == 3 and "12 missing cells in town" in refused.stderr
    labels = run("predict", output[0] / "model.safetensors", table, "--missing", "drop", "--proba", "none").stdout
    assert sum(line.endswith(",") for line in labels.splitlines()) == 12


def test_predict_labels_rows_and_takes_new_levels_for_missing(run, output, tmp_path):
    new = tmp_path / "new.csv"
    new.write_text("age,size,town\n53,171,Rom\n29,168,Bonn\n", encoding="utf-8")
    result = run("predict", output[0] / "model.safetensors", new, "--proba", "none")
    assert result.stdout.splitlines() == ["row,label", "1,1", "2,0"]
    assert "town holds Bonn, which the fit never saw: taken for missing" in result.stderr


def test_a_table_of_categories_alone_is_latent_class_analysis(answers):
    folder, screen = answers
    assert "2 clusters in 120 rows, 2 columns" in screen
    assert "independent answers" in screen
    assert "member = yes" in screen
    assert "covariance" not in screen
    assert "report.html" in screen
    assert load(folder / "model.safetensors").model.emission.n_levels == (2, 3)


def test_a_table_of_categories_alone_has_a_report(run, answers, table, tmp_path):
    model = answers[0] / "model.safetensors"
    assert "member: cluster 0 no" in run("show", model).stdout
    told = run("show", model, table)
    assert told.exit_code == 0, told.output
    assert "member = yes" in told.stdout
    assert run("report", model, table, "-o", tmp_path / "report.html").exit_code == 0
    pages = [tmp_path / "report.html", answers[0] / "report.html"]
    for page in (path.read_text(encoding="utf-8") for path in pages):
        words = page.partition("<main>")[2].partition("</main>")[0]
        assert "Latent class analysis" in words and "Profiles" in words and "<bdi>Köln</bdi>" in words
        assert "independent answers" in words and "independent covariance" not in words and "Gaussian" not in words
        assert 'id="distributions"' not in words and 'id="separation"' not in words


def test_shares_of_levels_are_those_of_the_mixture(answers):
    told = json.loads((answers[0] / "summary.json").read_text(encoding="utf-8"))
    fitted = load(answers[0] / "model.safetensors")
    member, town = sorted(told["items"], key=lambda item: item["name"])
    probabilities = np.split(fitted.parameters.emission.probabilities, [2], axis=1)
    for item, shares in ((member, probabilities[0]), (town, probabilities[1])):
        order = [fitted.levels[item["name"]].index(level) for level in item["levels"]]
        np.testing.assert_allclose(item["shares"], shares[:, order], rtol=1e-12)
    assert town["missing"] == pytest.approx(0.1) and sum(town["overall"]) == pytest.approx(1)


@pytest.mark.parametrize("others", [["4.5", "5", "3.1", "2.7", "4.2", "5.5"], ["x"] * 3 + ["y"] * 3])
def test_missing_categories_are_missing_cells(run, tmp_path, others):
    towns = ["Rom", "Oslo", "", "Rom", "", "Oslo"]
    lines = [f"{town},{other}" for town, other in zip(towns * 5, others * 5, strict=True)]
    (tmp_path / "table.csv").write_text("\n".join(["town,other", *lines]) + "\n")
    kinds = ["--categorical", "town" if others[0] == "4.5" else "town,other"]
    told = json.loads(run("fit", tmp_path / "table.csv", *kinds, "-k", "1", "--json").stdout)["missing"]
    holes = {name: share for name, share in zip(told["columns"], told["shares"], strict=True) if share}
    assert (told["n_rows"], told["share"], holes) == (10, pytest.approx(1 / 6), {"town": pytest.approx(1 / 3)})
    assert [pattern["n_rows"] for pattern in told["patterns"]] == [10]
    assert told["sentence"] == "17 % of the cells are missing, in 10 of 30 rows: 33 % of town."


def test_how_well_classes_account_for_the_answers_is_that_of_the_estimator(run, tmp_path):
    rng = np.random.default_rng(0)
    group = rng.uniform(size=(400, 1)) < 0.4
    answers = np.where(rng.uniform(size=(400, 4)) < np.where(group, 0.85, 0.2), "yes", "no")
    answers[:20, 0] = ""
    (tmp_path / "table.csv").write_text("\n".join(["a,b,c,d", *map(",".join, answers.tolist())]) + "\n")
    result = run("fit", tmp_path / "table.csv", "--categorical", "a,b,c,d", "-k", "2", "-o", tmp_path / "out", "--json")
    account = json.loads(result.stdout)["checks"]["account"]
    classes = LatentClassMixture(2, random_state=0, n_init=5).fit(np.where(answers == "", None, answers))
    told = [account[name] for name in ("g_squared", "x_squared", "df", "entropy_r2")]
    wanted = [classes.g_squared_, classes.x_squared_, classes.df_, classes.entropy_r2_]
    assert told == pytest.approx(wanted, rel=1e-2)
    pair, residuals = account["pairs"][0], classes.bivariate_residuals_
    assert pair["residual"] == pytest.approx(residuals.max(), rel=0.05)
    assert residuals[pair["first"], pair["second"]] == residuals.max()
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "Do the classes account for the answers?" in page and f"with {classes.df_} degrees of freedom" in page


@pytest.mark.parametrize("kind", ["output", "answers"])
def test_doubtful_rows_are_doubtful_by_all_columns(kind, request):
    folder = request.getfixturevalue(kind)[0]
    told = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    for row in told["doubtful_rows"]:
        assert row["probability"] + row["second_probability"] == pytest.approx(1)
        assert row["label"] != row["second_label"]


def test_names_of_rows_are_no_categories(run, table):
    result = run("fit", table, "--categorical", "name", "-k", "2")
    assert result.exit_code == 3
    assert "column 'name' has 120 different values in 120 rows" in result.stderr
    assert "--id name" in result.stderr


def test_categories_are_not_taken_for_numbers(run, table):
    result = run("fit", table, "--categorical", "member", "--bayes")
    assert result.exit_code == 3
    assert "Variational Bayes is for numbers" in result.stderr


def test_check_shows_kinds(run, table):
    told = json.loads(run("check", table, "--json").stdout)
    columns = {column["name"]: column for column in told["columns"]}
    kinds = {name: column["kind"] for name, column in columns.items()}
    assert kinds == {"name": "text", "age": "number", "size": "number", "town": "category", "member": "category"}
    (found,) = [finding for finding in told["findings"] if finding["about"] == "category"]
    assert found["columns"] == ["town", "member"]
    assert found["remedy"].startswith("--categorical town,member clusters on these")
    told = json.loads(run("check", table, "--categorical", "town,member", "--json").stdout)
    assert (told["columns"][3]["kind"], told["columns"][3]["role"]) == ("category", "feature")
    assert "category" not in {finding["about"] for finding in told["findings"]}


def test_fit_says_how_to_take_what_it_left_out(run, table, output):
    options = ["-k", "2", "--covariance", "tied"]
    screen = " ".join(run("fit", table, *options).stdout.split())
    assert "member (text: 2 different values); --categorical town,member clusters on categories too." in screen
    plan = " ".join(run("fit", table, *options, "--dry-run").stdout.split())
    assert "--categorical town,member clusters on categories too." in plan
    assert output[1]["left_out"]["categories"] == ["member"]


def test_the_command_on_record_names_the_categories(output):
    assert "--categorical town" in load(output[0] / "model.safetensors").provenance["command"]


def test_models_of_categories_can_be_compared(run, output, answers, table):
    for folder in (output[0], answers[0]):
        model = folder / "model.safetensors"
        same = run("compare", model, model, "--data", table, "--json")
        assert same.exit_code == 0, same.output
        assert json.loads(same.stdout)["comparison"]["share_kept"] == 1


def test_single_rows_are_explained_by_their_categories_too(run, output, table):
    model = output[0] / "model.safetensors"
    (row,) = json.loads(run("show", model, table, "--row", "4", "--json").stdout)["rows"]
    assert row["values"][2] == "Rom" and row["contributions"][2] > 1
    assert row["sizes"] + sum(row["contributions"]) == pytest.approx(row["log_odds"])
    assert re.search(r"town +Rom +– +\+\d", run("show", model, table, "--row", "4").stdout)


def test_levels_must_agree_where_models_are_compared(run, output, table, tmp_path):
    other = people(tmp_path / "other.csv")
    other.write_text(other.read_text(encoding="utf-8").replace("Rom", "Roma"), encoding="utf-8")
    fit = run("fit", other, "--categorical", "town", "-k", "2", "--covariance", "tied", "-o", tmp_path / "out", "-q")
    assert fit.exit_code == 0
    models = output[0] / "model.safetensors", tmp_path / "out" / "model.safetensors"
    result = run("compare", *models, "--data", table)
    assert result.exit_code == 3
    assert "knows column 'town' with other levels (Köln, Oslo, Roma)" in result.stderr


def test_rules_name_levels(run, answers, table):
    told = run("show", answers[0] / "model.safetensors", table).stdout
    rules = [line.strip() for line in told.splitlines() if line.strip().startswith("Rule:")]
    assert len(rules) == 2
    assert all(re.match(r"Rule: (not )?(member|town) = \w+ \(", rule) for rule in rules), rules
    page = (answers[0] / "report.html").read_text(encoding="utf-8")
    assert "member = yes" in page and not re.search(r"= \w+ ([>≤]|&gt;) \d", page)


def test_the_screen_tells_the_shares_that_the_report_tells(output):
    """Those of the model, not those of the rows that it labels."""
    facts = output[1] | {"profiles": [{"town": {"shares": {"Rom": 0.5, "Oslo": 0.5}}}] * 2}
    (town,) = facts["items"]
    told = " ".join(" ".join(_answer.lines(facts, False)).split())
    for k, shares in enumerate(town["shares"]):
        (most, share), *_ = sorted(zip(town["levels"], shares, strict=True), key=lambda one: -one[1])
        assert f"cluster {k} {most} {percent(share)}" in told
