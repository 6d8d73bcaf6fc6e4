"""serve: the RDF export as a SPARQL endpoint."""

import signal
from pathlib import Path

import click

from kg.cli.options import graph_option
from kg.errors import DataError


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), default=7878, show_default=True, help="Port of 127.0.0.1.")
@click.option("--timeout", type=click.IntRange(min=1), default=60, show_default=True, help="Seconds a query may take.")
@graph_option
def serve(port: int, timeout: int, out: Path) -> None:
    """Serve the RDF export as a SPARQL 1.1 endpoint, read-only, to this machine only, until Ctrl-C.

    The server is Oxigraph: pip install 'kg-papers[serve]'. Prefixes must be declared, as in any endpoint.

    \b
    Examples:
      kg serve
      kg serve -g out/2025 --port 8001
    """
    from kg import rdf
    from kg.schema import NAMESPACE

    signal.signal(signal.SIGTERM, _end)  # the server ends with us, whoever ends us
    with rdf.endpoint(out, port=port, timeout=timeout) as server:
        click.echo(f"SPARQL endpoint: {server.address} (Ctrl-C ends it)")
        question = f"SELECT ?paper ?entity {{ ?paper <{NAMESPACE}proposes> ?entity }} LIMIT 3"
        click.echo(f"try: curl {server.address} --data-urlencode 'query={question}'")
        if server.process.wait() != 0:
            raise DataError("the server ended", where=server.address, hint="start it again")


def _end(_signal: int, _frame: object) -> None:
    """End as Ctrl-C does."""
    raise KeyboardInterrupt
