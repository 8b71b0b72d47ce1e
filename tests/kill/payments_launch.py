"""Starts the real bot in a process that may kill itself at a named point of a payment's way.

The product knows nothing of this: methods of it are watched from here.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.inbox import Inbox
from bot.stars import TelegramStars
from services.deliveries.outbox import Outbox
from services.payments.handing import Handing
from services.payments.orders import Orders
from services.works import WorkKind, Works
from tests.kill import bot_launch
from tests.kill.bot_launch import BotOrder, Fuse

# What dies with a process is another's after so long, and not after a minute.
LEASE = timedelta(seconds=3)


def _watched(
    owner: Any, name: str, fuse: Fuse, *, before: bool, concerns: Callable[..., bool] = lambda *_: True
) -> None:
    original = getattr(owner, name)

    async def watched(self: Any, *args: Any, **kwargs: Any) -> Any:
        burns = concerns(*args)
        if before and burns:
            fuse.burn()
        result = await original(self, *args, **kwargs)
        if not before and burns:
            fuse.burn()
        return result

    setattr(owner, name, watched)


def before_the_update_is_recorded(fuse: Fuse) -> None:
    """Telegram told of a payment, and nothing is written."""

    def is_payment(updates: Iterable[Any]) -> bool:
        return any(update.message is not None and update.message.successful_payment for update in updates)

    _watched(Inbox, "_record", fuse, before=True, concerns=is_payment)


def before_the_payment_is_recorded(fuse: Fuse) -> None:
    """The update is recorded, and no order is paid."""
    _watched(Orders, "charged_in", fuse, before=True)


def in_the_payment_s_transaction(fuse: Fuse) -> None:
    """The charge is written and the guide due, and nothing is committed."""
    _watched(Orders, "charged_in", fuse, before=False)


def after_the_payment_is_recorded(fuse: Fuse) -> None:
    """The order is paid, and nobody has begun its guide."""
    _watched(Handing, "charged", fuse, before=False)


def before_the_guide_is_kept(fuse: Fuse) -> None:
    """The guide is made, and stands nowhere."""
    _watched(Handing, "hand_over", fuse, before=True)


def after_the_guide_is_kept(fuse: Fuse) -> None:
    """The guide is kept and owed, and the work is not known to be done."""
    _watched(Handing, "hand_over", fuse, before=False)


def after_the_guide_is_sent(fuse: Fuse) -> None:
    """Telegram has the guide, and nobody wrote down that it does."""

    def is_guide(outcomes: Iterable[Any], *_: Any) -> bool:
        return any(dispatch.key.startswith("guide") for dispatch, _ in outcomes)

    _watched(Outbox, "settle", fuse, before=True, concerns=is_guide)


def before_the_refund_s_call(fuse: Fuse) -> None:
    """A second payment is due to be given back."""
    _watched(TelegramStars, "refund", fuse, before=True)


def after_the_refund_s_call(fuse: Fuse) -> None:
    """Telegram gave it back, and nobody wrote down that it did."""
    _watched(TelegramStars, "refund", fuse, before=False)


POINTS: dict[str, Callable[[Fuse], None]] = {
    point.__name__: point
    for point in (
        before_the_update_is_recorded,
        before_the_payment_is_recorded,
        in_the_payment_s_transaction,
        after_the_payment_is_recorded,
        before_the_guide_is_kept,
        after_the_guide_is_kept,
        after_the_guide_is_sent,
        before_the_refund_s_call,
        after_the_refund_s_call,
    )
}


def sell(order: BotOrder) -> None:
    """The life of the process, until SIGTERM or worse."""
    register = Works.register

    def hurried(self: Works, kinds: Iterable[WorkKind]) -> None:
        register(self, [replace(kind, lease=LEASE) for kind in kinds])

    Works.register = hurried  # type: ignore[method-assign]
    if order.point is not None:
        POINTS[order.point](Fuse(order.nth))
    bot_launch.talk(replace(order, point=None))
