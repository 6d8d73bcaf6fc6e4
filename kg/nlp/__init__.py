"""Extraction: a paper in, facts out. spaCy objects never leave this package."""
