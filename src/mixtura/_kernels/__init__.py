"""The arithmetic of a pass over rows: compiled kernels, each with a NumPy twin of the same name in `reference`."""

from mixtura._kernels.passes import COMPILED, classify, collect, collect_nearest, nearest, posterior, whiten

__all__ = ["COMPILED", "classify", "collect", "collect_nearest", "nearest", "posterior", "whiten"]
