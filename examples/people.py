"""From k-means to a mixture: four groups of athletes, told from their weights and heights.

Taller people weigh more, so each group is long and thin. k-means looks for round groups and cuts the long ones across.
A mixture takes groups as they are, finds out by itself how many there are, and says of everyone how sure it is: who
stands between two groups has both their colours.

python examples/people.py [PICTURE]
"""

import sys

from matplotlib.figure import Figure
from sklearn.metrics import adjusted_rand_score

from mixtura import KMeans, assemble, classify, datasets, describe, select
from mixtura.plots import KMeansDisplay, ResponsibilityDisplay, SelectionDisplay

people = datasets.load("people")
table = people.frame("pyarrow").drop_columns("group")

kmeans = KMeans(4, n_init=10, random_state=0).fit(people.data)
print(f"k-means, told that there are 4: adjusted Rand index {adjusted_rand_score(people.target, kmeans.labels_):.2f}")

selection = select(table)
fitted = assemble(selection)
found = classify(fitted, table)
print(f"mixtura, not told: {adjusted_rand_score(people.target, found.labels):.2f}, {selection.best.setting}")

for cluster in describe(fitted, table).clusters:
    print(f"  {cluster.name}: {cluster.sentence}")
between = found.probabilities.argmin()
print(f"least sure: {people.data[between]} (kg, cm), probability {found.probabilities[between]:.2f}")

figure = Figure(figsize=(11, 9), layout="constrained")
above, below = figure.subfigures(2, 1)
KMeansDisplay.from_estimators(kmeans, fitted, people.data, figure=above)
left, right = below.subplots(1, 2)
ResponsibilityDisplay.from_estimator(fitted, table, ax=left)
SelectionDisplay.from_selection(selection, ax=right)
figure.savefig(sys.argv[1] if len(sys.argv) > 1 else "people.png", dpi=90)
