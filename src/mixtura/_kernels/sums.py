"""What sums that were kept side by side come to."""

from mixtura._kernels.compile import kernel
from mixtura._kernels.memory import zeros


@kernel
def fold(quarters):
    """(K, 4) -> its row sums."""
    totals = zeros(quarters, (len(quarters),))
    for k in range(len(quarters)):
        for t in range(4):
            totals[k] += quarters[k, t]
    return totals


@kernel
def by_component(columns, density):
    """The first columns of (D or more, K or more), as rows: (K, D)."""
    rows = zeros(columns, density.means.shape)
    K, D = rows.shape
    for k in range(K):
        for d in range(D):
            rows[k, d] = columns[d, k]
    return rows


@kernel
def total_of(numbers):
    """(K,) -> their sum."""
    total = 0.0
    for k in range(len(numbers)):
        total += numbers[k]
    return total
