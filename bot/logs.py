"""Logs: readable on a console, JSON for machines, and never a secret in either."""

import logging
import re
import sys
from collections.abc import Callable, Iterable

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from services.operations.errors import without_values

# The shape of a bot token, wherever it comes from: an address of the Bot API in an exception, say.
TOKEN = re.compile(r"\d{2,}:[A-Za-z0-9_-]{30,}")
# The password in postgresql://name:password@host
PASSWORD_IN_URL = re.compile(r"(?<=://)([^/\s:@]*):[^\s@]+@")
# Whoever has the address of a guide reads it. A part of one is enough to be one.
GUIDE_ADDRESS = re.compile(r"(?<=/r/)[A-Za-z0-9_-]{8,}")
REDACTED = "«secret»"


def redactor(secrets: Iterable[str]) -> Callable[[str], str]:
    """A function that takes out the given secrets, anything like a bot token, guides' and passwords in addresses.

    And the values that a database refused: what people wrote is nobody's to read in logs.
    """
    known = sorted((secret for secret in secrets if len(secret) >= 6), key=len, reverse=True)

    def redact(text: str) -> str:
        text = without_guides(without_values(text))
        for secret in known:
            text = text.replace(secret, REDACTED)
        return PASSWORD_IN_URL.sub(rf"\1:{REDACTED}@", TOKEN.sub(REDACTED, text))

    return redact


def without_guides(text: str) -> str:
    """The text without what opens a guide."""
    return GUIDE_ADDRESS.sub(REDACTED, text)


def set_up_logs(level: str, form: str, redact: Callable[[str], str]) -> None:
    """All loggers, ours and those of libraries, write to standard error in one form: ``console`` or ``json``."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _redacting(redact),
                structlog.processors.JSONRenderer(ensure_ascii=False)
                if form == "json"
                else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    # A line an update, a request or a job says nothing to an operator; a line a statement would say too much of people.
    for chatty in ("aiogram.event", "aiohttp.access", "aiosqlite", "alembic", "apscheduler", "asyncio", "sqlalchemy"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def _redacting(redact: Callable[[str], str]) -> Processor:
    def process(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
        return {key: redact(value) if isinstance(value, str) else value for key, value in event.items()}

    return process
