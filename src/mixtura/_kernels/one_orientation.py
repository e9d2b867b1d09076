"""M-steps of components of one orientation, but own shapes: EVE, VVE, by turns of two axes at a time.

With h_k the diagonal of Q W_k Qᵀ, what is to be minimised over the axes Q is

    VVE: sum_k n_k sum_d log h_kd        EVE: n D log sum_k (prod_d h_kd)^(1/D).

A turn of the axes p and q by an angle t leaves all but h_kp and h_kq as they are. With g_k the entry at p and q, their
product becomes ((h_kp + h_kq) / 2)² - (u' v_k)², where u = (cos 2t, sin 2t) and v_k = ((h_kp - h_kq) / 2, g_k). What is
to be minimised is concave in these products, with slopes c_k / (h_kp h_kq) at t = 0: c_k = n_k for VVE, and for EVE n
times the share of k in the sum. So a plane that touches it there lies above it, and is lowest where u is the first
eigenvector of sum_k c_k / (h_kp h_kq) v_k v_k': a step of Flury & Gautschi's (1986) algorithm, which leads no higher.
"""

import math

from mixtura._kernels.compile import cached_kernel, kernel
from mixtura._kernels.memory import zeros
from mixtura._kernels.one_volume import share_volume_along_axes
from mixtura._kernels.rotations import along, find_eigenvectors, half_angle, rotate, rotate_rows

_ENOUGH, _MOST_SWEEPS = 1e-18, 100  # nats a row that a sweep promises; sweeps


@cached_kernel
def vve(scatter, counts, log_det, covariances):
    """Ellipsoids of one orientation."""
    turned, axes = _common_axes(scatter, counts, covariances, 0.0)
    K, D, _ = turned.shape
    variances = zeros(scatter, (K, D))
    for k in range(K):
        for d in range(D):
            variances[k, d] = turned[k, d, d] / counts[k]
        along(axes, variances[k], covariances[k])


@cached_kernel
def eve(scatter, counts, log_det, covariances):
    """Ellipsoids of one volume and orientation."""
    K, D, _ = scatter.shape
    turned, axes = _common_axes(scatter, counts, covariances, 1.0 / D)
    variances = zeros(scatter, (K, D))
    for k in range(K):
        for d in range(D):
            variances[k, d] = turned[k, d, d]
    share_volume_along_axes(variances, counts, variances)
    for k in range(K):
        along(axes, variances[k], covariances[k])


@kernel
def _common_axes(scatter, counts, previous, power):
    """Scatters (K, D, D), covariances -> the scatters along the best axes, and these.

    `power` is that of the products of h_k in the slopes: 0 for VVE, 1 / D for EVE. The search begins at the axes before
    or at those of the pooled scatter, whichever is lower.
    """
    turned, axes, slopes, lowest = _begin(scatter, scatter, counts, power)
    others = _begin(scatter, previous, counts, power)
    if others[3] < lowest:
        turned, axes, slopes, lowest = others
    enough = 0.0
    for k in range(len(slopes)):
        enough += _ENOUGH * slopes[k]
    D = len(axes)
    for _ in range(_MOST_SWEEPS):
        promise = 0.0
        for p in range(D - 1):
            for q in range(p + 1, D):
                promise += _turn(turned, axes, slopes, power, (p, q))
        if not promise > enough:
            break
    return turned, axes


@kernel
def _begin(scatter, origin, counts, power):
    """At the eigenvectors of the sum of an origin: scatters along them, them, slopes c, and what is to be minimised."""
    K, D, _ = scatter.shape
    pooled, axes = zeros(scatter, (D, D)), zeros(scatter, (D, D))
    for k in range(K):
        for i in range(D):
            for j in range(D):
                pooled[i, j] += origin[k, i, j]
    find_eigenvectors(pooled, axes)
    turned, slopes = zeros(scatter, (K, D, D)), zeros(counts, (K,))
    total = 0.0
    for k in range(K):
        _look_along(axes, scatter[k], turned[k])
        log_product = 0.0
        for d in range(D):
            log_product += math.log(turned[k, d, d])
        slopes[k] = math.exp(power * log_product) if power > 0.0 else counts[k]
        total += slopes[k] if power > 0.0 else counts[k] * log_product
    return turned, axes, slopes, total


@kernel
def _look_along(axes, matrix, turned):
    """Q W Qᵀ -> turned."""
    D = len(axes)
    half = zeros(matrix, (D,))
    for i in range(D):
        for j in range(D):
            half[j] = 0.0
            for m in range(D):
                half[j] += axes[i, m] * matrix[m, j]
        for j in range(i + 1):
            total = 0.0
            for m in range(D):
                total += half[m] * axes[j, m]
            turned[i, j] = turned[j, i] = total


@kernel
def _turn(turned, axes, slopes, power, plane):
    """Turn two axes -> by about how much that lowers what is to be minimised."""
    p, q = plane
    even = odd = mixed = 0.0
    for k in range(len(slopes)):
        difference, beside = 0.5 * (turned[k, p, p] - turned[k, q, q]), turned[k, p, q]
        slope = slopes[k] / (turned[k, p, p] * turned[k, q, q])
        even += slope * difference * difference
        mixed += slope * difference * beside
        odd += slope * beside * beside
    cosine, sine = half_angle(even - odd, 2.0 * mixed)
    turn = half_angle(cosine, sine)
    for k in range(len(slopes)):
        before = turned[k, p, p] * turned[k, q, q]
        rotate(turned[k], p, q, turn)
        if power > 0.0:
            slopes[k] *= (turned[k, p, p] * turned[k, q, q] / before) ** power
    rotate_rows(axes, p, q, turn)
    return 2.0 * abs(turn[1] * mixed)
