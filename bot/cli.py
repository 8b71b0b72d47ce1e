"""toklink run | bot | web | scheduler | migrate | job NAME | doctor | sandbox."""

import argparse
import asyncio
import sys
from collections.abc import Coroutine, Sequence
from datetime import date
from typing import Any, NoReturn

import uvloop
from pydantic import ValidationError

from bot.logs import redactor, set_up_logs
from bot.refusals import Refused
from bot.settings import Settings, explain
from scheduler.jobs import JOBS

# What a shell sees when something that is needed is missing.
MISSING = 1


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """The entry of the command ``toklink``."""
    parsed = _parser().parse_args(arguments)
    settings = _settings()
    set_up_logs(settings.log_level, settings.log_format, redactor(settings.secrets))
    try:
        sys.exit(_run(_command(parsed, settings)))
    except KeyboardInterrupt:
        sys.exit(130)
    except Refused as refused:
        _give_up(refused.sentence)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="toklink", description="A Telegram bot platform for TikTok and links.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, text in (
        ("run", "everything in one process (without BOT_TOKEN: with the sandbox)"),
        ("bot", "the bot alone"),
        ("web", "the redirect server alone"),
        ("scheduler", "what runs by the clock, alone"),
        ("migrate", "bring the database to the newest revision"),
        ("doctor", "check settings and connections, and say how to mend them"),
        ("sandbox", "the local Telegram alone"),
    ):
        command = commands.add_parser(name, help=text)
        if name == "web":
            command.add_argument("--single", action="store_true", help="one process, whatever WEB_WORKERS says")
    job = commands.add_parser("job", help="run one job now")
    job.add_argument("name", choices=sorted(JOBS))
    job.add_argument("--day", type=date.fromisoformat, help="as if it ran on this day; the digest: of it (YYYY-MM-DD)")
    return parser


def _command(parsed: argparse.Namespace, settings: Settings) -> Coroutine[Any, Any, int]:
    from bot import starts

    if parsed.command == "job":
        return starts.job(settings, parsed.name, parsed.day)
    if parsed.command == "doctor":
        from bot.doctor import examine

        return examine(settings)
    if parsed.command == "web":
        return starts.web(settings, single=parsed.single)
    start: dict[str, Any] = {
        "run": starts.run,
        "bot": starts.bot,
        "scheduler": starts.scheduler,
        "migrate": starts.migrate_database,
        "sandbox": starts.sandbox,
    }
    coroutine: Coroutine[Any, Any, int] = start[parsed.command](settings)
    return coroutine


def _run(command: Coroutine[Any, Any, int]) -> int:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(command)


def _settings() -> Settings:
    try:
        return Settings()
    except ValidationError as error:
        _give_up("These settings are wrong (environment or .env):", *(f"  {line}" for line in explain(error)))


def _give_up(*lines: str) -> NoReturn:
    print(*lines, sep="\n", file=sys.stderr)
    sys.exit(MISSING)
