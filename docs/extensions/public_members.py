"""Classes are shown with what is written in this package, not with what they inherit from other libraries."""


def skip_foreign(app, what, name, member, skip, options):
    """Leave out inherited members that other packages define; None leaves the rest to Sphinx."""
    function = getattr(member, "fget", member)
    home = getattr(function, "__module__", None) or ""
    return None if home.startswith("mixtura") else True


def setup(app):
    app.connect("autodoc-skip-member", skip_foreign)
    return {"parallel_read_safe": True}
