"""What goes wrong on the edges: each error says what happened, with the numbers, and what to do next."""


class DataError(ValueError):
    """The table cannot be used as it is: unreadable file, missing column, unusable cell, too few rows."""


class ModelFileError(DataError):
    """A file is not a model of mixtura, or of a version that this one does not know."""


class FitError(ValueError):
    """No start led to a usable mixture."""


class OptionError(ValueError):
    """An option does not go with another one, or with this mixture."""


class OutputError(OSError):
    """An output exists already or cannot be written."""


class EngineError(RuntimeError):
    """The machines that rows lie on cannot be reached, or were lost."""


class MissingExtraError(ImportError):
    """A feature needs a package that is not installed; the message names the line that installs it."""
