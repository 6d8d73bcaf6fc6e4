"""kg: a knowledge graph of AI research, built from abstracts."""

__version__ = "0.1.0"
__all__ = ["__version__"]
