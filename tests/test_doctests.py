"""Every example in a docstring of the package is true."""

import doctest
import importlib
import pkgutil

import pytest

import kg

MODULES = sorted(
    m.name
    for m in pkgutil.walk_packages(kg.__path__, "kg.")
    if m.name != "kg.__main__" and not m.name.startswith("kg.model")
)


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_are_true(name):
    result = doctest.testmod(importlib.import_module(name), raise_on_error=False)
    assert result.failed == 0


def test_there_are_examples():
    finder = doctest.DocTestFinder()
    examples = [
        e
        for name in ("kg.ids", "kg.schema", "kg.paper")
        for t in finder.find(importlib.import_module(name))
        for e in t.examples
    ]
    assert len(examples) > 10
