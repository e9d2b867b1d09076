"""What a kind of density gives to a pass; everything else in a pass is common to all kinds.

A kind is one file that says, with `implement`, what these names mean for the type of its density.
"""

from numba.extending import overload

from mixtura._kernels.compile import PART


def terms(density, log_weights, centre):
    """density, (K,), (D,) -> arrays of the type of `centre`, about it: what `log_joint` and `accumulate` need."""
    raise NotImplementedError


def new_sums(density):
    """-> float64 sums of zero, in the order in which `accumulate` adds."""
    raise NotImplementedError


def log_joint(terms, tile, n):
    """Log joint densities of n rows of tile.points -> tile.joint."""
    raise NotImplementedError


def accumulate(terms, tile, n, sums):
    """Counts and moments of n rows of tile.points, each as much as tile.joint times tile.scale -> added to `sums`."""
    raise NotImplementedError


def squares(terms, tile, n):
    """-δ/2 of rows by the cells that are there -> tile.joint; log weights have to make up for the volumes."""
    raise NotImplementedError


def volume(terms, group, k):
    """The log density of a component at its mean, of the cells that rows of a group have."""
    raise NotImplementedError


def add_seen(terms, tile, n, sums):
    """Of what `accumulate` adds, the moments of rows whose missing cells are where they are expected."""
    raise NotImplementedError


def add_unseen(terms, tile, n, sums):
    """The rest: what missing cells scatter about their expectation."""
    raise NotImplementedError


def columns(density, log_weights, centre):
    """-> float64 arrays about the centre with components side by side: what `bound` needs, see `boxes`."""
    raise NotImplementedError


def bound(columns, box, nearest):
    """Of every component's log joint density in a box: its largest -> nearest; the largest of the smallest."""
    raise NotImplementedError


def choose(terms, active, room):
    """The terms of the active components (A,), copied to the front of `room`, which is like `terms`."""
    raise NotImplementedError


def clear(sums, A):
    """Sums of zero for A components, in the memory of `sums`."""
    raise NotImplementedError


def add(part, active, sums):
    """Sums of the active components (A,) -> added to theirs among those of all."""
    raise NotImplementedError


def finish(sums, density):
    """-> counts, shifts and scatter in the order of `Moments`."""
    raise NotImplementedError


def reshape(sums, ascent, counts, mass):
    """The M-step of an ascent, in place: means, covariances and what stands for them in the density.

    Components explain so many rows (K,), which count (K,) in the moments: as much, unless tails are heavy.
    """
    raise NotImplementedError


def of(several, m, K):
    """The first K components of the m-th of several densities, or ascents, whose arrays lie one after the other."""
    raise NotImplementedError


def implement(function, kind, implementation):
    """Let `function` mean `implementation` where its first argument (sums of `finish`, `reshape`) is a `kind`."""

    def choose(*arguments):
        return implementation.py_func if getattr(arguments[0], "instance_class", None) is kind else None

    counts_references = implementation.targetoptions.get("_nrt", True)
    overload(function, jit_options=PART | {"_nrt": counts_references}, strict=False)(choose)
