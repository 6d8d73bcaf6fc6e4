r"""What a query may not do, told on the parsed query: reach out of the process, or change anything.

rdflib parses (its tree is open to us), Oxigraph runs. So that both see the same query, `normalised` gives line ends one
form, and `refuse` hides escapes from rdflib, which expands them before it parses where Oxigraph expands them inside
strings and IRIs only: `"\u0022 } #` would end a string for the one and not for the other.
"""

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NoReturn

from kg.errors import UsageError

if TYPE_CHECKING:
    from pyparsing import ParseBaseException
    from rdflib.plugins.sparql.parserutils import CompValue

MAX_QUERY = 100_000  #: characters
_SHOWN = 50  #: characters of a line shown on either side of a fault
_ESCAPE = re.compile(r"\\(?:u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)")
_REFUSED = {
    "ServiceGraphPattern": ("SERVICE is refused", "kg is offline: ask the other endpoint yourself"),
    "DatasetClause": ("FROM is refused", "the export is one graph: leave FROM out"),
}
#: Names of updates in rdflib's tree.
_UPDATES = frozenset(
    {"Load", "Clear", "Drop", "Create", "Add", "Move", "Copy", "InsertData", "DeleteData", "DeleteWhere", "Modify"}
)


def normalised(text: str) -> str:
    """The query as both parsers get it: one form of line end, no lone surrogates.

    Raises:
        UsageError: where it is empty or too long.
    """
    if not text.strip():
        raise UsageError("the query is empty", hint="try `kg sparql --saved list`")
    if len(text) > MAX_QUERY:
        raise UsageError(f"the query has {len(text):,} characters, more than {MAX_QUERY:,}")
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    return re.sub("[\ud800-\udfff]", "\ufffd", text)


def _hide(match: re.Match[str]) -> str:
    return "x" if match[0][1] in "uU" and len(match[0]) > 2 else match[0]


def refuse(text: str) -> bool:
    """Raise UsageError on a query that kg does not run; else tell whether it puts its rows in order itself.

    Args:
        text: a query, `normalised`.

    Raises:
        UsageError: on SERVICE, FROM, every update, and what does not parse.
    """
    from pyparsing import ParseBaseException
    from rdflib.plugins.sparql import parser

    hidden = _ESCAPE.sub(_hide, text)
    try:
        tree = parser.Query.parse_string(hidden, parse_all=True)
        found = {name for name, _ in _nodes(tree)}
    except ParseBaseException as error:
        _refuse_update(hidden)
        raise _syntax(text, error) from None
    except RecursionError:
        raise UsageError("the query is nested too deeply") from None
    for name, (what, hint) in _REFUSED.items():
        if name in found:
            raise UsageError(what, where="query", hint=hint)
    # The query follows its prologue at the top of the tree; ORDER BY of a subquery puts no rows in order.
    return any(getattr(node, "name", "") == "SelectQuery" and "orderby" in node for node in tree)


def _refuse_update(hidden: str) -> None:
    """Say of an update that it is one, rather than that it does not parse as a query."""
    from pyparsing import ParseBaseException
    from rdflib.plugins.sparql import parser

    try:
        tree = parser.UpdateUnit.parse_string(hidden, parse_all=True)
        names = {name for name, _ in _nodes(tree)}
    except (ParseBaseException, RecursionError):
        return
    if names & _UPDATES:
        raise UsageError("updates are refused", where="query", hint="the graph is made by `kg build` only")


def _nodes(tree: Any) -> Iterator[tuple[str, "CompValue"]]:
    """Every named node of a parse tree, however it is nested."""
    from pyparsing import ParseResults
    from rdflib.plugins.sparql.parserutils import CompValue

    if isinstance(tree, CompValue):
        yield tree.name, tree
    if isinstance(tree, ParseResults):
        members: Any = tree.values  # has no types
        children = [*tree, *members()]  # a sequence, and members that may stand outside it
    elif isinstance(tree, Mapping):
        children = list(tree.values())
    elif isinstance(tree, list | tuple | set | frozenset):
        children = list(tree)
    else:
        return
    for child in children:
        yield from _nodes(child)


def _syntax(text: str, error: "ParseBaseException") -> UsageError:
    """A syntax error with its place, out of the message of rdflib's parser."""
    line, column = error.lineno, error.column
    shown = text.split("\n")[line - 1] if line <= text.count("\n") + 1 else ""
    return does_not_parse(line, column, error.msg, shown)


def does_not_parse(line: int, column: int, message: str, shown: str) -> UsageError:
    """The error for a query with a fault at that place (1-based); the place is marked in the line that is shown."""
    before, after = shown[: column - 1].lstrip(), shown[column - 1 :].rstrip()
    before = before if len(before) <= _SHOWN else f"...{before[-_SHOWN:]}"
    after = after if len(after) <= _SHOWN else f"{after[:_SHOWN]}..."
    return UsageError(
        f"the query does not parse: {message[:200]}",
        where=f"query line {line}, column {column}",
        hint=f"here: {before} >>> {after}" if after else f"it ends too early, after: {before}",
    )


def raise_from_oxigraph(message: str, text: str) -> NoReturn:
    """Raise UsageError out of the message of Oxigraph's parser (`error at LINE:COLUMN: expected ...`)."""
    match = re.match(r"error at (\d+):(\d+): (.*)", message, re.DOTALL)
    if match is None:
        raise UsageError(f"the query does not parse: {' '.join(message.split())[:200]}", where="query")
    line, column = int(match[1]), int(match[2])
    # Alternatives that are classes of characters help nobody.
    known = re.sub(r"\[[^\]]*\](?:, | \| )?", "", match[3])
    what = " ".join(known.split()).rstrip(", ")
    lines = text.split("\n")
    shown = lines[line - 1] if line <= len(lines) else ""
    if "Prefix not found" in known:
        name = re.search(r"([\w.-]*:)\S*\s*$", shown[: column - 1])
        what = f"the prefix {name[1]} is not declared" if name else "a prefix is not declared"
    raise does_not_parse(line, column, what, shown)
