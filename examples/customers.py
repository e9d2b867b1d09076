"""Customer segments by income and expenditure: found, named, explained, and kept for the customers to come.

Segments differ in size and in shape: the well-off vary more than students. BIC asks for as many as the customers
support. Names are given by people; mixtura says what each segment is, by which rule it can be told, and where new
customers belong.

python examples/customers.py [PICTURE]
"""

import sys
import tempfile
from pathlib import Path

from matplotlib.figure import Figure

import mixtura
from mixtura.explain.words import tell_conditions
from mixtura.plots import ClassificationDisplay, ProfileDisplay

table = mixtura.datasets.load("customers").frame("pyarrow").drop_columns("segment")
fitted = mixtura.assemble(mixtura.select(table))
told = mixtura.describe(fitted, table)
print(told.headline)
for cluster in told.clusters:
    print(f"{cluster.label}: {cluster.sentence}")
    print(f"   rule: {tell_conditions(cluster.rules[0], told.columns)}")

named = fitted.renamed({0: "families", 1: "retired", 2: "savers", 3: "well-off", 4: "students"})
model = Path(tempfile.mkdtemp()) / "segments.safetensors"
mixtura.save(named, model)

segments = mixtura.load(model)
newcomers = {"income_eur": [15_000, 48_000, 48_000], "expenditure_eur": [15_000, 25_000, 31_000]}
labels, probabilities, _ = mixtura.classify(segments, newcomers)
for income, expenditure, k, sure in zip(*newcomers.values(), labels, probabilities, strict=True):
    print(f"{income:,} € earned, {expenditure:,} € spent: {segments.cluster_names[k]} ({sure:.0%})")

figure = Figure(figsize=(12, 4.6), layout="constrained")
left, right = figure.subplots(1, 2, width_ratios=(5, 3))
ClassificationDisplay.from_estimator(segments, table, ax=left)
ProfileDisplay.from_estimator(segments, ax=right)
figure.savefig(sys.argv[1] if len(sys.argv) > 1 else "customers.png", dpi=90)
