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
    for i in range(0, len(rows), 4):
        for j in range(0, i, 4):
            add_tile(rows[i : i + 4], rows, j, n, products, place(i, j))
        _add_diagonal(rows, i, n, products, place(i, i))


@kernel
def place(i, j):
    """Where the tile of features i … i + 3 and j … j + 3 begins."""
    return 16 * ((i // 4) * (i // 4 + 1) // 2 + j // 4)


@kernel
def add_tile(four, rows, j, n, products, at):
    """Σ y zᵀ over n numbers of each of four rows y and of rows j … j + 3, added to products from `at` on."""
    stride = rows.shape[1]
    a = b = c = d = splat(load_rows(rows, 0, stride), 0.0)
    for p in range(0, n, lanes(rows)):
        y = load_rows(four, p, stride)
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
def _add_diagonal(rows, i, n, products, at):
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
    """What was found for features i and j."""
    tile, step, at = _cell(i, j)
    return products[tile, step, at]


@kernel
def add_product(products, i, j, value):
    """Add to what was found for features i and j, of which i comes no sooner."""
    tile, step, at = _cell(i, j)
    products[tile, step, at] += value


@kernel
def _cell(i, j):
    """Where a tile holds features i and j: its number, s and t."""
    if i < j:
        i, j = j, i
    tile, step = place(i, j) // 16, (j - i) % 4
    if i // 4 == j // 4 and step == 3:
        return tile, 1, j % 4
    return tile, step, i % 4
