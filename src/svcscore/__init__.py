"""svcscore: hears how customers were served at a bank's counters, and says so with evidence."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("svcscore")
except PackageNotFoundError:  # a source tree that nobody installed
    __version__ = "0+unknown"

__all__ = ["__version__"]
