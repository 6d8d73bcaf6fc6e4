"""What can go wrong, as one small tree.

    KgError               exit code 1
    ├── UsageError        exit code 2: the command was called wrongly
    ├── DataError         exit code 1: input or stored data cannot be used
    │   └── RecordError   one record of a file cannot be used; readers turn it into a `Skipped`
    ├── NotFound          exit code 1: no such entity or paper; carries the nearest names
    ├── Ambiguous         exit code 1: the name fits several; carries them
    └── CheckFailed       exit code 3: `kg check` found faults, `kg evaluate --min` was not reached

Each error says what is wrong, where (file, line or record) and what to do, on one line.
"""

from collections.abc import Sequence

_LONGEST = 300  #: characters that an error says about a record
_LISTED = 10  #: candidates that an error names


class KgError(Exception):
    """Base of all errors that a user can cause or mend."""

    exit_code = 1

    def __init__(self, what: str, *, where: str = "", hint: str = "") -> None:
        """`what` is wrong, `where` (file, line or record), and a `hint` that says what to do."""
        self.what, self.where, self.hint = what, where, hint
        super().__init__(str(self))

    def __str__(self) -> str:
        """One line: `where: what; hint`."""
        text = f"{self.where}: {self.what}" if self.where else self.what
        return " ".join((f"{text}; {self.hint}" if self.hint else text).split())


class UsageError(KgError):
    """The command was called wrongly."""

    exit_code = 2


class DataError(KgError):
    """Input or stored data cannot be used."""


class RecordError(DataError):
    """One record cannot be used; the others can."""

    def __init__(self, what: str) -> None:
        """`what` is wrong; a long one is cut, as it may quote the record."""
        super().__init__(what if len(what) <= _LONGEST else what[:_LONGEST] + "…")


class NotFound(KgError):
    """No entity or paper has that name; `nearest` holds what comes close."""

    def __init__(self, what: str, nearest: Sequence[str] = ()) -> None:
        """`nearest`: names to offer, best first."""
        self.nearest = tuple(nearest)
        hint = "did you mean " + ", ".join(self.nearest) + "?" if self.nearest else "try `kg search`"
        super().__init__(what, hint=hint)


class Ambiguous(KgError):
    """Several entities or papers fit; `candidates` holds their ids."""

    def __init__(self, what: str, candidates: Sequence[str]) -> None:
        """`candidates`: ids, any of which is an exact answer."""
        self.candidates = tuple(candidates)
        more = f" and {len(self.candidates) - _LISTED} more" if len(self.candidates) > _LISTED else ""
        super().__init__(what, hint=f"give one of these ids: {', '.join(self.candidates[:_LISTED])}{more}")


class CheckFailed(KgError):
    """A check that the user asked for found faults."""

    exit_code = 3
