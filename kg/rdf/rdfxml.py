"""RDF/XML, one subject at a time."""

import re
from collections.abc import Callable, Iterable, Iterator
from xml.sax.saxutils import escape, quoteattr

from kg.errors import UsageError

_Subject = tuple[str, list[tuple[str, list[str]]]]
#: What XML 1.0 cannot hold, however it is written.
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
#: The longest end of an IRI that can be the name of an element.
_LOCAL = re.compile(r"[A-Za-z_][\w.-]*\Z", re.ASCII)


def xml_text(text: str) -> str:
    r"""A text as XML holds it: escaped, a carriage return kept as a reference; what XML cannot hold becomes U+FFFD.

    >>> xml_text("a < b\r\x00")
    'a &lt; b&#13;\ufffd'
    """
    return escape(_ILLEGAL.sub("\ufffd", text), {"\r": "&#13;"})


def rdf_xml(
    subjects: Iterable[_Subject],
    spaces: dict[str, str],
    literal: re.Pattern[str],
    unquoted: Callable[[str], str],
) -> Iterator[str]:
    """Pieces of RDF/XML.

    Args:
        subjects: terms of N-Triples, grouped.
        spaces: namespace by prefix, for the names of properties.
        literal: matches a literal: quoted text, datatype as `<iri>`, language.
        unquoted: gives the text that a quoted text stands for.

    Raises:
        UsageError: on a property whose IRI ends in nothing that XML takes as a name: RDF/XML cannot write it.
    """
    names = {namespace: prefix for prefix, namespace in spaces.items()}
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<rdf:RDF'
    yield "".join(f"\n  xmlns:{prefix}={quoteattr(namespace)}" for prefix, namespace in spaces.items()) + ">\n"
    for subject, pairs in subjects:
        lines = [f"<rdf:Description {_node(subject, 'about')}>"]
        for predicate, objects in pairs:
            name, declared = _element(predicate[1:-1], names)
            lines += [f"  <{name}{declared}{_object(o, name, literal, unquoted)}" for o in objects]
        yield "\n".join((*lines, "</rdf:Description>\n"))
    yield "</rdf:RDF>\n"


def _node(node: str, attribute: str) -> str:
    """An IRI or blank node as an attribute."""
    if node.startswith("_:"):
        return f"rdf:nodeID={quoteattr('b' + re.sub(r'[^A-Za-z0-9]', '-', node[2:]))}"
    return f"rdf:{attribute}={quoteattr(node[1:-1])}"


def _element(iri: str, names: dict[str, str]) -> tuple[str, str]:
    """The name of a property's element, and the declaration of its namespace where the file's head has none."""
    match = _LOCAL.search(iri)
    if match is None:
        raise UsageError(f"RDF/XML cannot write the property <{iri}>", hint="take another format")
    space, local = iri[: match.start()], match[0]
    if (prefix := names.get(space)) is not None:
        return f"{prefix}:{local}", ""
    return f"p:{local}", f" xmlns:p={quoteattr(space)}"


def _object(text: str, name: str, literal: re.Pattern[str], unquoted: Callable[[str], str]) -> str:
    """The rest of a property's element, its name being written."""
    match = literal.fullmatch(text)
    if match is None:
        return f" {_node(text, 'resource')}/>"
    quoted, datatype, language = match.groups()
    mark = f" rdf:datatype={quoteattr(datatype[1:-1])}" if datatype else ""
    mark += f' xml:lang="{language}"' if language else ""
    return f"{mark}>{xml_text(unquoted(quoted))}</{name}>"
