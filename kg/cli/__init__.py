"""The command line: parses, calls, prints. The only place that prints, and the only one that knows click."""

from kg.cli.main import main

__all__ = ["main"]
