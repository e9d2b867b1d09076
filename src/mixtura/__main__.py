"""`mixtura` and `python -m mixtura`: the command line, which Ctrl-C ends in peace from the first import on."""

import os
import sys

_INTERRUPTED = 130


def main() -> None:
    """Load the command line and run it; what Ctrl-C cuts short ends with one line and exit code 130."""
    try:
        from mixtura.cli.main import main as run

        run()
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted: nothing was written.\n")
    except SystemExit as end:
        if end.code != _INTERRUPTED:
            raise
    else:
        return
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(_INTERRUPTED)  # sys.exit is overruled by Python where the interrupt came while it evaluated a string


if __name__ == "__main__":
    main()
