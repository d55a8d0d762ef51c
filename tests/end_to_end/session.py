"""Runs a command in a session of its own, where no hang-up reaches it, and writes how it ended into a file.

``python session.py FILE [--own-input] COMMAND...``; with ``--own-input`` its stdin is another terminal, which is closed
upon SIGUSR1.
"""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import termios
from pathlib import Path


def main() -> None:
    told, *command = sys.argv[1:]
    stdin = None
    if command[0] == "--own-input":
        del command[0]
        master, stdin = pty.openpty()
        termios.tcsetwinsize(stdin, termios.tcgetwinsize(1))
        signal.signal(signal.SIGUSR1, lambda *_: os.close(master))
    # A handler, and not "ignore", which the command would inherit.
    signal.signal(signal.SIGHUP, lambda *_: None)
    process = subprocess.Popen(command, stdin=stdin, start_new_session=True)
    if stdin is not None:
        os.close(stdin)
    Path(told).write_text(str(process.wait()))


main()
