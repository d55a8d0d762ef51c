"""``kmm-tui record``: what this machine has recorded: take it along, look how much there is, and do away with it."""

from __future__ import annotations

import asyncio
import csv
import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import tzinfo
from itertools import chain, repeat
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from kmm_tui.cli.connect import account_options, fail, load_settings, root_options
from kmm_tui.cli.exits import Exit

if TYPE_CHECKING:
    from kmm_tui.record.export import Row
    from kmm_tui.record.record import Record
    from kmm_tui.settings import Loaded

NOTHING = "nothing is recorded of this account on this machine"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@click.group()
def record() -> None:
    """Look after what this machine has recorded."""


@record.command("export")
@click.option("--from", "start", help='First moment, such as "yesterday 9:00" or "-2h"; the beginning by default.')
@click.option("--to", "end", help='Last moment, such as "today 10:42"; now by default.')
@click.option("--format", "form", type=click.Choice(["csv", "json"]), default="csv", show_default=True)
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="File to write instead of stdout.")
@click.option("--agents", is_flag=True, help="With each agent's figures, which are many.")
@account_options
def export_command(
    start: str | None, end: str | None, form: str, output: Path | None, *, agents: bool, **given: Any
) -> None:
    """Print every recorded figure: when, of what, which metric, its value, and how fine it is. Moments are UTC."""
    from kmm_tui.record.export import Unreadable, rows

    loaded = load_settings(root_options(given))
    known, zone = record_of(loaded), loaded.settings.zone()
    now = round(time.time() * 1000)
    since, until = _moment("--from", start, now, zone), _moment("--to", end, now, zone)
    span = asyncio.run(known.span())
    if span is None:
        fail(known.trouble or NOTHING, Exit.UNEXPECTED if known.trouble else Exit.USAGE)
    first = span[0] if since is None else max(since, span[0])
    last = span[1] if until is None else min(until, span[1])
    if since is not None and until is not None and until < since:
        fail("--to: it lies before --from", Exit.USAGE)
    write = {"csv": _write_csv, "json": _write_json}[form]
    try:
        with _opened(output) as target:
            count = write(rows(known.path, first, last, agents=agents), target)
    except Unreadable as error:
        fail(str(error), Exit.UNEXPECTED)
    where = f" into {output}" if output else ""
    click.echo(f"{count} figures{where}{'' if count else f'; {_told(span, zone)}'}", err=True)


@record.command("info")
@account_options
def info_command(**given: Any) -> None:
    """Tell since when is recorded, how much room it takes, where it is, and what is kept."""
    from kmm_tui.api.window import DAY
    from kmm_tui.cli.moments import moment_text
    from kmm_tui.record.ageing import MINUTES_KEPT, RAW_KEPT
    from kmm_tui.settings.size import format_size

    loaded = load_settings(root_options(given))
    settings = loaded.settings
    known, own, zone = record_of(loaded), settings.record, settings.zone()
    span = asyncio.run(known.span())
    files = _files(known.path)
    size = sum(_size(each) for each in files)
    names = "with names" if own.names else "without names"
    lines = [
        ("account", settings.chosen.account),
        ("file", str(known.path)),
        ("recording", f"on, {names}" if own.on else "off"),
        ("size", f"{size / 1e6:.1f} MB of at most {format_size(own.cap)}"),
        ("first", moment_text(span[0], zone) if span else "–"),
        ("last", moment_text(span[1], zone) if span else "–"),
        (
            "kept",
            f"every answer for {RAW_KEPT // DAY} days, then each minute's mean and worst for "
            f"{MINUTES_KEPT // DAY} days, then each hour's, as far as there is room",
        ),
    ]
    for label, text in lines:
        click.echo(f"{label:<10} {text}")
    for broken in (each for each in files if ".broken-" in each.name):
        click.echo(f"{'set aside':<10} {broken.name}")
    if span is None:
        click.echo(known.trouble or NOTHING, err=True)


@record.command("forget")
@click.option("--yes", is_flag=True, help="Do not ask.")
@account_options
def forget_command(*, yes: bool, **given: Any) -> None:
    """Delete everything that is recorded of this account."""

    loaded = load_settings(root_options(given))
    known, zone = record_of(loaded), loaded.settings.zone()
    files = _files(known.path)
    if not files:
        click.echo(NOTHING, err=True)
        return
    span = asyncio.run(known.span())
    what = f"the record of account {loaded.settings.chosen.account}"
    told = f"{what} ({_told(span, zone)})" if span else what
    if not yes:
        if not sys.stdin.isatty():
            fail(f"{told} was not deleted: there is nobody to ask; --yes deletes it", Exit.USAGE)
        if not click.confirm(f"Delete {told}?", err=True):
            click.echo("nothing was deleted", err=True)
            return
    for each in files:
        each.unlink(missing_ok=True)
    click.echo(f"{what} is deleted", err=True)


def record_of(loaded: Loaded) -> Record:
    """The record of the chosen profile's account, as its settings want it."""
    from kmm_tui.record.paths import default_folder
    from kmm_tui.record.record import Record

    settings = loaded.settings
    own = settings.record
    return Record(default_folder(), settings.chosen.account, names=own.names, cap=own.cap)


def _moment(option: str, text: str | None, now: int, zone: tzinfo | None) -> int | None:
    from kmm_tui.cli.moments import parse_moment

    if text is None:
        return None
    try:
        return parse_moment(text, now, zone)
    except ValueError as error:
        fail(f"{option}: {error}", Exit.USAGE)


def _told(span: tuple[int, int], zone: tzinfo | None) -> str:
    from kmm_tui.cli.moments import moment_text

    return f"the record goes from {moment_text(span[0], zone)} to {moment_text(span[1], zone)}"


def _files(path: Path) -> list[Path]:
    """The record, what SQLite keeps beside it, and broken ones that were set aside."""
    return sorted(each for each in path.parent.glob(f"{path.name}*") if each.is_file())


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        # A board that runs may just have done away with it.
        return 0


@contextmanager
def _opened(output: Path | None) -> Iterator[IO[str]]:
    """Where rows go: stdout, or a file of this user alone that is complete or not there."""
    if output is None:
        yield sys.stdout
        return
    half = output.with_name(f".{output.name}.{os.getpid()}")
    try:
        private = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(private, "w", encoding="utf-8", newline="") as target:
            yield target
        half.replace(output)
    except OSError as error:
        fail(f"{output}: cannot be written ({error.strerror or type(error).__name__})", Exit.UNEXPECTED)
    finally:
        half.unlink(missing_ok=True)


def _write_csv(found: Iterable[Row], target: IO[str]) -> int:
    from kmm_tui.record.export import Row

    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(Row._fields)
    return _counted(found, lambda row: writer.writerow(row._replace(name=_harmless(row.name))))


def _write_json(found: Iterable[Row], target: IO[str]) -> int:
    """One list, a figure a line: it may be larger than what fits into memory."""
    separators = chain(["[\n"], repeat(",\n"))
    count = _counted(found, lambda row: target.write(next(separators) + json.dumps(row._asdict(), ensure_ascii=False)))
    target.write("\n]\n" if count else "[]\n")
    return count


def _counted(found: Iterable[Row], put: Callable[[Row], object]) -> int:
    count = 0
    for row in found:
        put(row)
        count += 1
    return count


def _harmless(name: str | None) -> str | None:
    """A name from the network that a spreadsheet would take for a formula is text to it."""
    return f"'{name}" if name and name.startswith(_FORMULA) else name
