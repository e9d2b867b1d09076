"""k-means cuts elongated groups across, a Gaussian mixture finds them: both adjusted Rand indices and one picture.

python examples/kmeans_vs_mixture.py [PICTURE]
"""

import sys

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Ellipse
from scipy.optimize import linear_sum_assignment
from sklearn.metrics import adjusted_rand_score
from sklearn.metrics.cluster import contingency_matrix

from mixtura import GaussianMixture, KMeans, datasets

COLOURS = np.array(["#0072B2", "#E69F00", "#009E73", "#CC79A7"])  # Okabe and Ito: colour-blind eyes tell them apart
CHI2_95 = 5.991  # the squared Mahalanobis distance that holds 95 % of a Gaussian in two dimensions


def draw(ax, method, people, found, means, covariances):
    """Colour people by the group they were put in, ring those in a wrong one, outline 95 % of each group."""
    true, match = linear_sum_assignment(contingency_matrix(people.target, found), maximize=True)
    names = true[np.argsort(match)]  # the true group that each group found stands for
    wrong = names[found] != people.target
    ax.scatter(*people.data.T, s=24, c=COLOURS[names[found]], edgecolors="white", linewidths=0.4)
    ax.scatter(*people.data[wrong].T, s=30, facecolors="none", edgecolors="black", label="put in a wrong group")
    for name, mean, covariance in zip(names, means, covariances, strict=True):
        (short, long), axes = np.linalg.eigh(CHI2_95 * covariance)
        angle = np.degrees(np.arctan2(*axes[::-1, 1]))
        ax.add_patch(Ellipse(mean, 2 * long**0.5, 2 * short**0.5, angle=angle, fill=False, ec=COLOURS[name], lw=2))
    agreement = f"adjusted Rand index {adjusted_rand_score(people.target, found):.2f}"
    print(f"{method:16} {agreement}, {wrong.sum()} of {len(found)} people in a wrong group")
    ax.set_title(f"{method}: {agreement}", fontsize=13, pad=12)
    ax.set(xlabel="weight (kg)", aspect="equal")
    ax.spines[["top", "right"]].set_visible(False)


people = datasets.load("people")
kmeans = KMeans(4, n_init=10, random_state=0).fit(people.data)
mixture = GaussianMixture(4, n_init=10, random_state=0).fit(people.data)
circle = np.eye(2) * kmeans.inertia_ / people.data.size  # to k-means every group is the same circle

figure, (left, right) = plt.subplots(1, 2, figsize=(11, 5.6), sharex=True, sharey=True, layout="constrained")
draw(left, "k-means", people, kmeans.labels_, kmeans.cluster_centers_, [circle] * 4)
draw(right, "Gaussian mixture", people, mixture.predict(people.data), mixture.means_, mixture.covariances_)
left.set_ylabel("height (cm)")
left.legend(loc="upper left", frameon=False)
figure.savefig(sys.argv[1] if len(sys.argv) > 1 else "kmeans_vs_mixture.png", dpi=90)
