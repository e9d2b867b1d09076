"""Sums of products of rows of a tile with each other, in tiles of four by four.

The registers of a quad of features times those of another, turned by s = 0 … 3, make a whole tile:
products[tile, s, t] belongs to features t and (t + s) mod 4. On the diagonal s = 3 would repeat s = 1.
"""

from mixtura._kernels.compile import kernel
from mixtura._kernels.memory import add_row_sums, load_rows, turn
from mixtura._kernels.simd import lanes, splat


@kernel
def n_tiles(features):
    """On and below the diagonal."""
    return (features // 4) * (features // 4 + 1) // 2


@kernel
def add_products(rows, n, products):
    """Rows (features, stride) -> Σ x xᵀ over n numbers of each, added to products (tiles, 4, 4)."""
    at = 0
    for i in range(0, len(rows), 4):
        for j in range(0, i, 4):
            _off_diagonal(rows, i, j, n, products, at)
            at += 16
        _diagonal(rows, i, n, products, at)
        at += 16


@kernel
def _off_diagonal(rows, i, j, n, products, at):
    stride = rows.shape[1]
    a = b = c = d = splat(load_rows(rows, 0, stride), 0.0)
    for p in range(0, n, lanes(rows)):
        y = load_rows(rows, i * stride + p, stride)
        z = load_rows(rows, j * stride + p, stride)
        a += y * z
        b += y * turn(z, 1)
        c += y * turn(z, 2)
        d += y * turn(z, 3)
    add_row_sums(products, at, a)
    add_row_sums(products, at + 4, b)
    add_row_sums(products, at + 8, c)
    add_row_sums(products, at + 12, d)


@kernel
def _diagonal(rows, i, n, products, at):
    stride = rows.shape[1]
    a = b = c = splat(load_rows(rows, 0, stride), 0.0)
    for p in range(0, n, lanes(rows)):
        z = load_rows(rows, i * stride + p, stride)
        a += z * z
        b += z * turn(z, 1)
        c += z * turn(z, 2)
    add_row_sums(products, at, a)
    add_row_sums(products, at + 4, b)
    add_row_sums(products, at + 8, c)


@kernel
def product(products, i, j):
    """What `add_products` found for features i and j."""
    if i < j:
        i, j = j, i
    tile, step = (i // 4) * (i // 4 + 1) // 2 + j // 4, (j - i) % 4
    if i // 4 == j // 4 and step == 3:
        return products[tile, 1, j % 4]
    return products[tile, step, i % 4]
