"""Jacobi's rotations: the eigenvectors of a small symmetric matrix.

Axes are the rows of a matrix Q, and Q W Qᵀ is what W looks like along them.
"""

import math

from mixtura._kernels.compile import kernel, piece

_MOST_SWEEPS = 30
_NOTHING = 2.0**-100  # of the squared size of a matrix: what lies beside its diagonal then is rounding


@kernel
def find_eigenvectors(matrix, axes):
    """Symmetric (D, D) -> the same along its eigenvectors, ascending; their place becomes that of the axes (D, D)."""
    D = len(matrix)
    for i in range(D):
        for j in range(D):
            axes[i, j] = 1.0 if i == j else 0.0
    for _ in range(_MOST_SWEEPS):
        beside = along = 0.0
        for i in range(D):
            along += matrix[i, i] * matrix[i, i]
            for j in range(i):
                beside += matrix[i, j] * matrix[i, j]
        if not beside > _NOTHING * along:
            break
        for p in range(D - 1):
            for q in range(p + 1, D):
                turn = eigenvector_turn(matrix[p, p], matrix[q, q], matrix[p, q])
                rotate(matrix, p, q, turn)
                rotate_rows(axes, p, q, turn)
    _sort(matrix, axes)


@kernel
def _sort(matrix, axes):
    """Diagonal (D, D), rows (D, D) -> the same from the smallest number on."""
    D = len(matrix)
    for i in range(D - 1):
        least = i
        for j in range(i + 1, D):
            if matrix[j, j] < matrix[least, least]:
                least = j
        if least != i:
            matrix[i, i], matrix[least, least] = matrix[least, least], matrix[i, i]
            for j in range(D):
                axes[i, j], axes[least, j] = axes[least, j], axes[i, j]


@piece
def eigenvector_turn(a, b, g):
    """Cosine and sine of the smallest angle t that makes ((a, g), (g, b)) diagonal: tan 2t = 2g / (a - b)."""
    x, y = a - b, 2.0 * g
    return half_angle(abs(x), y if x >= 0.0 else -y)


@piece
def half_angle(x, y):
    """Cosine and sine of half the angle of the vector (x, y), which lies between -π and π; of none for zeros."""
    length = math.sqrt(x * x + y * y)
    if length == 0.0:
        return 1.0, 0.0
    larger = math.sqrt(0.5 + 0.5 * abs(x) / length)
    smaller = 0.5 * y / (length * larger)
    if x >= 0.0:
        return larger, smaller
    return abs(smaller), math.copysign(larger, y)


@kernel
def rotate(matrix, p, q, turn):
    """Symmetric (D, D) -> what it looks like when the axes p and q are turned."""
    rotate_rows(matrix, p, q, turn)
    c, s = turn
    for i in range(len(matrix)):
        x, y = matrix[i, p], matrix[i, q]
        matrix[i, p], matrix[i, q] = c * x + s * y, c * y - s * x


@kernel
def rotate_rows(rows, p, q, turn):
    """The axes p and q, among the rows of (D, D), turned towards each other."""
    c, s = turn
    for i in range(rows.shape[1]):
        x, y = rows[p, i], rows[q, i]
        rows[p, i], rows[q, i] = c * x + s * y, c * y - s * x


@kernel
def along(axes, variances, covariance):
    """The ellipsoid with these variances (D,) along these axes -> covariance (D, D)."""
    D = len(axes)
    for i in range(D):
        for j in range(i + 1):
            total = 0.0
            for d in range(D):
                total += variances[d] * axes[d, i] * axes[d, j]
            covariance[i, j] = covariance[j, i] = total
