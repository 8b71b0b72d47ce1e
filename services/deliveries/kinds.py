"""Every kind of message that the product sends unasked or later than it was asked."""

from typing import Final

from services.deliveries.outgoing import DeliveryKind

# To operators: something is wrong. Better read twice than never.
ALERT: Final = DeliveryKind("alert", may_repeat=True, urgent=True)
# The result of a person's own work; it waits for who blocked the bot meanwhile.
ANSWER: Final = DeliveryKind("answer", waits=True)
# What a person must know of themselves: a ban and its end, that all of theirs was erased.
ACCOUNT: Final = DeliveryKind("account", waits=True)
# One of the person's links was switched off or on, say.
LINK_NEWS: Final = DeliveryKind("link-news", notice="links")
DAILY_LINKS: Final = DeliveryKind("daily-links", notice="daily")
# What became of one of the person's links: see services.people.preferences.Notice.
LINK_CLICKS: Final = DeliveryKind("link-clicks", notice="clicks")
LINK_BURST: Final = DeliveryKind("link-burst", notice="bursts")
LINK_ENDING: Final = DeliveryKind("link-ending", notice="ending")
LINK_BROKEN: Final = DeliveryKind("link-broken", notice="broken")
# Of the TikTok accounts that the person watches.
WATCHED_DAILY: Final = DeliveryKind("watched-daily", notice="watched")
WATCHED_FLIES: Final = DeliveryKind("watched-flies", notice="flying")
WATCHED_MILESTONE: Final = DeliveryKind("watched-milestone", notice="followers")
# To operators: an account that may belong into the top.
PROPOSAL: Final = DeliveryKind("proposal", may_repeat=True)
# To operators: what happened on a day. Once, or not at all.
DIGEST: Final = DeliveryKind("digest")
# What was paid for, and what became of a payment: better twice than never, also to who blocked the bot meanwhile.
GUIDE: Final = DeliveryKind("guide", may_repeat=True, waits=True)
PAYMENT: Final = DeliveryKind("payment", may_repeat=True, waits=True)
# To operators: somebody asks about a payment.
QUESTION: Final = DeliveryKind("question", may_repeat=True)

_USUAL = (ALERT, ANSWER, ACCOUNT, LINK_NEWS, DAILY_LINKS, LINK_CLICKS, LINK_BURST, LINK_ENDING, LINK_BROKEN)
_OF_WATCHES = (WATCHED_DAILY, WATCHED_FLIES, WATCHED_MILESTONE)
KINDS: Final = {kind.name: kind for kind in (*_USUAL, *_OF_WATCHES, PROPOSAL, DIGEST, GUIDE, PAYMENT, QUESTION)}
