"""The bot role: talks to people, while it leads; else it stands by."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any

import structlog
from aiogram import Bot, Dispatcher
from aiogram.exceptions import AiogramError, TelegramUnauthorizedError
from aiogram.types import Update
from aiogram.utils.token import TokenValidationError

from bot.alerting import Alerting
from bot.container import Container
from bot.dialogues import open_dialogues
from bot.dispatcher import build_dispatcher
from bot.distress import Distress
from bot.doing import do_works
from bot.inbox import Inbox
from bot.jumps import follow_the_clock
from bot.keys import secret_key
from bot.lease import Deposed, Leadership, Reign, SpeaksAsLeader
from bot.logs import redactor
from bot.polling import Polling
from bot.rates import NotesSending, Rates
from bot.refusals import Refused
from bot.regrets import Regrets
from bot.sender import open_bot
from bot.sending import Sending
from bot.settings import Settings
from bot.stopping import Role, Stopping, together, unless, until, until_soon_after
from bot.webhook import Webhook
from handlers.commands import register_commands
from services.security import Cipher

log = structlog.get_logger()
REFUSAL = "Telegram refuses BOT_TOKEN. Copy it anew from @BotFather into .env"
# How long what is in hand may take at an orderly stop.
FINISH_SECONDS = 20.0
# After that, whatever hangs is cut off.
LEAVE_SECONDS = FINISH_SECONDS + 5
# Before a loop that failed runs again.
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0


@dataclass(frozen=True, slots=True)
class Helm:
    """What the loops of a leading bot share. ``bot`` says nothing any more once another may lead."""

    bot: Bot
    dispatcher: Dispatcher
    container: Container
    reign: Reign
    webhook: Webhook | None
    rates: Rates
    distress: Distress


Loop = Callable[[Helm], Awaitable[None]]


async def check_token(settings: Settings) -> None:
    """Raises Refused when Telegram refuses the token; Telegram away is no reason not to start."""
    bot = _open(settings)
    try:
        await bot.get_me(request_timeout=5)
    except TelegramUnauthorizedError as error:
        raise Refused(REFUSAL) from error
    except AiogramError as error:
        log.warning("Telegram does not answer yet", reason=type(error).__name__)
    finally:
        await bot.session.close()


async def serve_bot(
    container: Container,
    stopping: Stopping,
    webhook: Webhook | None = None,
    *,
    leadership: Leadership | None = None,
) -> None:
    """Talk to people until ``stopping``, whenever this process leads; what is in hand at the end is finished.

    Updates come by ``webhook``, whose routes somebody else serves; without one they are fetched. ``leadership``
    None: of this process, at the usual pace. Raises Refused for a bad token.
    """
    leadership = leadership or Leadership(container.database)
    try:
        async with (
            open_dialogues(container) as (storage, isolation),
            container.pulse.role("bot", lambda: _facts(container, leadership)),
        ):
            dispatcher = build_dispatcher(
                container.services, container.catalogue, storage=storage, isolation=isolation, clock=container.clock
            )
            await container.services.pictures.open()
            distress = Distress(container)

            async def lead(reign: Reign) -> None:
                container.pulse.changed()
                await _lead(container, dispatcher, webhook, reign, distress)

            await leadership.run(stopping, lead)
    except TelegramUnauthorizedError as error:
        raise Refused(REFUSAL) from error


def _facts(container: Container, leadership: Leadership) -> dict[str, Any]:
    """What operators are told: whether this process leads, and how its ways to TikTok fare: it alone asks there."""
    sources = [asdict(each) for each in container.services.sources.health()] if leadership.leads else []
    return {"leads": leadership.leads, "sources": sources}


def _open(settings: Settings, *, patient: bool = True) -> Bot:
    assert settings.bot_token is not None
    try:
        return open_bot(settings.bot_token.get_secret_value(), settings.telegram_api_url, patient=patient)
    except TokenValidationError as error:
        raise Refused(REFUSAL) from error


async def _lead(
    container: Container, dispatcher: Dispatcher, webhook: Webhook | None, reign: Reign, distress: Distress
) -> None:
    bot = _open(container.settings)
    rates = Rates()
    bot.session.middleware(NotesSending(rates))
    bot.session.middleware(SpeaksAsLeader(reign))
    helm = Helm(bot, dispatcher, container, reign, webhook, rates, distress)
    try:
        await together(reign.over, *(_kept_up(loop, helm) for loop in LOOPS))
    finally:
        await distress.close()
        await bot.session.close()


def _kept_up(loop: Loop, helm: Helm) -> Role:
    """The loop, begun anew when it fails: one that stumbles takes no other along. Only a refused token ends all."""

    async def role(over: Stopping) -> None:
        pause = FIRST_PAUSE
        while not over.is_set():
            try:
                if not await until_soon_after(over, loop(helm), LEAVE_SECONDS):
                    log.warning("a part of the bot did not end in time and was cut off", part=_name(loop))
            except (TelegramUnauthorizedError, Deposed):
                raise
            except Exception as error:
                log.error("a part of the bot failed and begins anew", part=_name(loop))
                await helm.container.services.errors.report("bot", error, helm.container.clock())
                await _rest(over, pause)
                pause = min(pause * 2, LONGEST_PAUSE)
            else:
                # It had nothing more to do.
                await over.wait()

    return role


def _name(loop: Loop) -> str:
    return getattr(loop, "__name__", repr(loop))


async def _rest(over: Stopping, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(over.wait(), seconds)


async def receive_updates(helm: Helm) -> None:
    """Updates go into the inbox and from there to their handlers."""
    container, reign = helm.container, helm.reign

    async def handle(update: Update) -> None:
        await helm.dispatcher.feed_update(helm.bot, update)

    inbox = Inbox(
        helm.bot,
        container.database,
        Cipher(secret_key(container.settings), "inbox"),
        handle=handle,
        give_up=Regrets(helm.bot, container).say,
        clock=container.clock,
        redact=redactor(container.settings.secrets),
        fence=reign.fence,
        distress=helm.distress,
    )
    await inbox.open()
    kinds = helm.dispatcher.resolve_used_update_types()
    try:
        if helm.webhook is not None:
            await helm.webhook.serve(helm.bot, inbox, kinds, reign.over)
        else:
            polling = Polling(helm.bot, inbox, kinds)
            await until(reign.over, polling.run(), polling.stop)
    finally:
        # What a successor may have in hand already is not finished here.
        await inbox.close(FINISH_SECONDS if reign.holds() else 0)


async def send_deliveries(helm: Helm) -> None:
    """What is owed to people leaves, as fast as Telegram allows."""
    container = helm.container
    bot = _open(container.settings, patient=False)
    bot.session.middleware(SpeaksAsLeader(helm.reign))

    async def report(error: Exception, chat_id: int) -> None:
        person_id = chat_id if chat_id > 0 else None
        await container.services.errors.report("delivery", error, container.clock(), person_id=person_id)

    sending = Sending(
        bot,
        container.services.deliveries,
        helm.rates,
        clock=container.clock,
        fence=helm.reign.fence,
        report=report,
    )
    try:
        await sending.run(helm.reign.over)
    finally:
        await bot.session.close()


async def say_alerts(helm: Helm) -> None:
    """Operators hear of what is wrong, and of its end."""
    bot = _open(helm.container.settings, patient=False)
    bot.session.middleware(SpeaksAsLeader(helm.reign))
    try:
        await Alerting(bot, helm.container).run(helm.reign.over)
    finally:
        await bot.session.close()


async def register_lists(helm: Helm) -> None:
    """Lists of commands, which Telegram shows; not worth keeping people waiting."""
    settings = helm.container.settings
    try:
        await unless(
            helm.reign.over,
            register_commands(helm.bot, helm.container.catalogue, settings.admin_ids, settings.admin_chat_id),
        )
    except AiogramError as error:
        log.warning("the command lists were not registered; the next start tries again", reason=type(error).__name__)


# What a leading bot does, side by side: each until `helm.reign.over` is set, and then it finishes what it has in hand.
# One that is cancelled is another's to go on with.
LOOPS: tuple[Loop, ...] = (
    receive_updates,
    send_deliveries,
    do_works,
    say_alerts,
    follow_the_clock,
    register_lists,
)
