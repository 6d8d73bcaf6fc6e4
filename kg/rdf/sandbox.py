"""System calls that the kernel refuses to this process and its children from now on: Linux only, elsewhere nothing.

The guard on the parsed query is what keeps queries from reaching out; this is the wall behind it, for native code that
no hook of Python sees. It is a seccomp filter: a short program that the kernel runs on the number of every call.
"""

import ctypes
import errno
import platform
import struct
import sys

#: Number of the machine in the kernel's audit tables, and numbers of the calls on it (linux/audit.h, asm/unistd.h).
_MACHINES: dict[str, tuple[int, dict[str, int]]] = {
    "x86_64": (0xC000003E, {"socket": 41, "connect": 42}),
    "aarch64": (0xC00000B7, {"socket": 198, "connect": 203}),
}
_NO_NEW_PRIVILEGES, _SECCOMP, _FILTER = 38, 22, 2  # prctl(2)
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06  # classic BPF
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000
_X32 = 0x40000000  #: calls of the x32 interface carry this bit: the same calls under other numbers


def deny(*calls: str) -> bool:
    """Have the kernel answer these calls ("socket", "connect") with "not permitted"; whether it does.

    There is no way back for the process.
    """
    found = _MACHINES.get(platform.machine())
    if not sys.platform.startswith("linux") or found is None:
        return False
    program = _program(found[0], [found[1][call] for call in calls])
    libc = ctypes.CDLL(None, use_errno=True)
    buffer = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(buffer))
    if libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) != 0:
        return False
    return bool(libc.prctl(_SECCOMP, _FILTER, ctypes.c_char_p(header), 0, 0) == 0)


def _program(machine: int, numbers: list[int]) -> bytes:
    """The filter: calls of another machine's interface and those named are refused, all others pass."""
    refuse = len(numbers) + 1  #: instructions from the first test of a number to the refusal
    steps = [
        (_LOAD, 0, 0, 4),  # the machine
        (_EQUAL, 1, 0, machine),
        (_RETURN, 0, 0, _ERRNO | errno.EPERM),
        (_LOAD, 0, 0, 0),  # the number of the call
        (_AT_LEAST, refuse, 0, _X32),
        *((_EQUAL, refuse - 1 - n, 0, number) for n, number in enumerate(numbers)),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _ERRNO | errno.EPERM),
    ]
    return b"".join(struct.pack("HBBI", *step) for step in steps)
