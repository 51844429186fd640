"""Where the programs of a run are, relative to the repository."""

import glob
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BENCHMARKS = ROOT / "Benchmarks"
CONFIGURATIONS = BENCHMARKS / "Configurations"
RESULTS = BENCHMARKS / "results"
PEER_BUILD = ROOT / ".build-bench"
MARTLET_SERVER = ROOT / ".build-release" / "release" / "bench-server"


def in_path(name):
    """The path of an installed program, or None; Debian keeps some servers in /usr/sbin."""
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")


def in_environment(pattern):
    """The path of a program that a wheel brought into .venv, or None."""
    found = sorted(glob.glob(str(ROOT / ".venv" / pattern)))
    return found[0] if found else None


def built(path):
    """The path of a program that Benchmarks/build makes, or None when it is not built."""
    return str(path) if path.is_file() else None
