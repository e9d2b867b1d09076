"""`mixtura fit --truth` of rows that are read block by block: the answer of rows in memory."""

import json

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

N = 1200


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """Rows of three groups, some of which nobody knows; in another column numbers, and two weights."""
    rng = np.random.default_rng(0)
    group = rng.integers(3, size=N)
    columns = {f"x{d}": rng.normal(4 * group * (d + 1), 2) for d in range(2)}
    known = np.where(rng.uniform(size=N) < 0.1, None, np.array(["a", "b", "c"])[group])
    columns |= {"kind": known, "code": np.where(group > 0, 1.5 * group, np.nan), "whole": rng.integers(3, size=N)}
    columns["broken"] = rng.uniform(size=N) * (rng.uniform(size=N) < 0.9)
    file = tmp_path_factory.mktemp("truth") / "rows.parquet"
    parquet.write_table(pa.table(columns), file, row_group_size=500)
    return file


@pytest.mark.parametrize("truth", ["kind", "code"])
@pytest.mark.parametrize("weight", [None, "whole", "broken"])
def test_known_groups_agree_as_in_memory(run, path, truth, weight):
    how = ["-k", "2", "--covariance", "full", "--features", "x0,x1", "--truth", truth, "--json", "-q"]
    how += ["--weight", weight] if weight else []
    far, near = (json.loads(run("fit", path, *how, *more).stdout) for more in (("--memory", "1GB"), ()))
    one, other = far["truth"], near["truth"]
    np.testing.assert_allclose(one.pop("table"), other.pop("table"), atol=0.11)  # written to a tenth
    for index in ("adjusted_rand", "mutual_information"):
        assert one.pop(index) == pytest.approx(other.pop(index), abs=1e-3)
    assert one == other and one["n_unknown"] > 0


def test_the_report_tells_of_known_groups(run, path, tmp_path):
    how = ("-k", "2", "--covariance", "full", "--features", "x0,x1", "--truth", "kind", "--memory", "1GB")
    result = run("fit", path, *how, "-o", tmp_path / "out", "--labels", "none")
    assert result.exit_code == 0, result.output
    assert "Against the known groups: adjusted Rand index" in result.stdout
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "of no known group are left out" in page
    assert sorted(file.name for file in (tmp_path / "out").iterdir()) == [
        "model.safetensors", "report.html", "summary.json",
    ]  # fmt: skip
