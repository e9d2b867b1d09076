"""Side by side with Spark's own Gaussian mixture, on the same data frame in the same session.

Run it with ``python benchmarks/spark.py [--rows 500000] [--quick]``. Of Spark's `pyspark.ml.clustering.GaussianMixture`
and of ours it prints the seconds an iteration takes (a fit of many iterations less one of few, by their difference) and
the log-likelihood per row that a default fit reaches, in nats, with its time and the iterations over all rows.

The session is local[2], the rows stay in its memory. Close other programs first: all but the log-likelihood and the
numbers of iterations is a stopwatch's.
"""

import argparse
import os
import shutil
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pyarrow as pa
from pyspark.ml.clustering import GaussianMixture as Theirs
from pyspark.ml.feature import VectorAssembler
from pyspark.sql import DataFrame, SparkSession

import mixtura
from mixtura import GaussianMixture as Ours
from mixtura.sources.distant import DistantSource

D, K = 8, 8
FEW, MANY, MOST = 2, 12, 100  # iterations; Spark's default
NAMES = [f"x{d}" for d in range(D)]


def session() -> SparkSession:
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    config = {"spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false", "spark.driver.memory": "4g"}
    config["spark.log.level"] = "ERROR"
    return SparkSession.builder.master("local[2]").config(map=config).getOrCreate()


def groups(spark: SparkSession, n_rows: int) -> DataFrame:
    """Eight groups that overlap, in four partitions."""
    rng = np.random.default_rng(0)
    means, widths = rng.normal(scale=1.5, size=(K, D)), rng.uniform(0.5, 2, (K, D))
    labels = rng.integers(K, size=n_rows)
    points = means[labels] + rng.normal(size=(n_rows, D)) * widths[labels]
    frame = spark.createDataFrame(pa.table(dict(zip(NAMES, points.T, strict=True)))).repartition(4).persist()
    frame.count()
    return frame


def timed(function: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    found = function()
    return time.perf_counter() - start, found


def ours(source: DistantSource, many: int) -> Iterator[str]:
    def brief(n_iterations: int) -> Callable[[], Any]:
        how = {"init_params": "random_from_data", "random_state": 0, "tol": 0.0}
        return lambda: Ours(K, max_iter=n_iterations, **how).fit(source)

    timed(brief(1))  # executors load what they need
    few, all_of_them = timed(brief(FEW))[0], timed(brief(many))[0]
    yield f"{(all_of_them - few) / (many - FEW):8.2f} s an iteration"
    spent, fitted = timed(lambda: Ours(K, random_state=0).fit(source))
    yield f"{fitted.lower_bound_:10.5f} nats a row by default, after {fitted.n_iter_} iterations in {spent:.1f} s"


def theirs(frame: DataFrame, n_rows: int, many: int) -> Iterator[str]:
    vectors = VectorAssembler(inputCols=NAMES, outputCol="features").transform(frame).select("features").persist()
    vectors.count()

    def brief(n_iterations: int) -> Callable[[], Any]:
        return lambda: Theirs(k=K, maxIter=n_iterations, tol=0.0, seed=0).fit(vectors)

    timed(brief(1))
    few, all_of_them = timed(brief(FEW))[0], timed(brief(many))[0]
    yield f"{(all_of_them - few) / (many - FEW):8.2f} s an iteration"
    spent, fitted = timed(lambda: Theirs(k=K, seed=0, maxIter=min(MOST, 10 * many)).fit(vectors))
    told = fitted.summary
    yield f"{told.logLikelihood / n_rows:10.5f} nats a row by default, after {told.numIter} iterations in {spent:.1f} s"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=500_000)
    parser.add_argument("--quick", action="store_true", help="few rows: does it run at all?")
    arguments = parser.parse_args()
    if shutil.which("java") is None:
        print("Spark needs Java, which is not here: nothing to measure.")
        return
    n_rows, many = (5_000, FEW + 1) if arguments.quick else (arguments.rows, MANY)
    warnings.simplefilter("ignore")
    spark = session()
    frame = groups(spark, n_rows)
    print(f"{n_rows} x {D}, {K} components, local[2]")
    fits = {"mixtura": ours(mixtura.stream(frame), many), "pyspark.ml": theirs(frame, n_rows, many)}
    for name, lines in fits.items():
        for line in lines:
            print(f"{name:>10}: {line}", flush=True)
    spark.stop()


if __name__ == "__main__":
    main()
