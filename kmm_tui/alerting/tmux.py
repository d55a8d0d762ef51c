"""What is meant for the terminal itself, where tmux stands in between."""

from __future__ import annotations

import os
from collections.abc import Mapping

START, END = "\x1bPtmux;", "\x1b\\"


def through_tmux(sequence: str, environ: Mapping[str, str] = os.environ) -> str:
    """An escape `sequence`, wrapped so that tmux hands it on; as it is where there is no tmux, or nothing to hand on.

    tmux drops what it does not know, desktop notices among it, unless it comes in its own envelope with each ESC
    doubled (tmux(1), ``allow-passthrough``, which has to be on).
    """
    if "\x1b" not in sequence or not environ.get("TMUX"):
        return sequence
    return START + sequence.replace("\x1b", "\x1b\x1b") + END
