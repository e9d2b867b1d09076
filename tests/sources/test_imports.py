import subprocess
import sys

MODULES = ", ".join(f"mixtura.sources.{name}" for name in ("array", "table", "roles", "check", "writing"))
HEAVY = {"pyarrow", "pandas", "narwhals", "sklearn", "scipy"}


def test_modules_are_cheap_to_import():
    code = f"import sys, {MODULES}; print({HEAVY} & set(sys.modules))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "set()"
