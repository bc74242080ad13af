"""Runs one command and prints what it cost, as JSON: wall seconds, CPU seconds, peak memory in KiB, exit code.

A program of its own, started with ``python -I -S``: Linux hands the peak memory of the parent on to the child it forks,
so whatever starts the measured process must be smaller than anything that is measured.
"""

import os
import sys
import time


def main() -> None:
    out, err, *argv = sys.argv[1:]
    started = time.perf_counter()
    child = os.fork()
    if not child:
        os.dup2(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 1)
        os.dup2(os.open(err, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 2)
        os.execv(argv[0], argv)
    _pid, status, used = os.wait4(child, 0)
    wall = time.perf_counter() - started
    print(f"[{wall}, {used.ru_utime + used.ru_stime}, {used.ru_maxrss}, {os.waitstatus_to_exitcode(status)}]")


main()
