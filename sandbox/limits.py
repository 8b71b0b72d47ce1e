"""Telegram's limits. Lengths of texts are in UTF-16 units unless a name says bytes or characters."""

from datetime import timedelta
from typing import Final

TEXT_MAX: Final = 4096
CAPTION_MAX: Final = 1024
# The raw markup, before parsing; in bytes of UTF-8.
MARKUP_BYTES_MAX: Final = 1 << 15
ENTITIES_MAX: Final = 100

CALLBACK_DATA_BYTES_MAX: Final = 64
CALLBACK_TEXT_CHARACTERS_MAX: Final = 200
BUTTONS_MAX: Final = 100
BUTTON_COPY_TEXT_CHARACTERS_MAX: Final = 256
PLACEHOLDER_CHARACTERS_MAX: Final = 64

INLINE_RESULTS_MAX: Final = 50
INLINE_ID_BYTES_MAX: Final = 64
INLINE_QUERY_CHARACTERS_MAX: Final = 256
INLINE_OFFSET_BYTES_MAX: Final = 64
START_PAYLOAD_MAX: Final = 64

ALBUM_MIN: Final = 2
ALBUM_MAX: Final = 10
DELETE_MESSAGES_MAX: Final = 100

COMMANDS_MAX: Final = 100
COMMAND_MAX: Final = 32
COMMAND_DESCRIPTION_MAX: Final = 256
NAME_MAX: Final = 64
DESCRIPTION_MAX: Final = 512
SHORT_DESCRIPTION_MAX: Final = 120

PHOTO_BYTES_MAX: Final = 10 * 1024 * 1024
UPLOAD_BYTES_MAX: Final = 50 * 1024 * 1024
DOWNLOAD_BYTES_MAX: Final = 20 * 1024 * 1024
PHOTO_SIDES_SUM_MAX: Final = 10_000
PHOTO_RATIO_MAX: Final = 20

INVOICE_TITLE_MAX: Final = 32
INVOICE_DESCRIPTION_MAX: Final = 255
INVOICE_PAYLOAD_BYTES_MAX: Final = 128
STARS_MAX: Final = 100_000
SUBSCRIPTION_SECONDS: Final = 2_592_000
TRANSACTIONS_MAX: Final = 100

WEBHOOK_SECRET_MAX: Final = 256
WEBHOOK_CONNECTIONS_MAX: Final = 100
# None is https's own, 443.
WEBHOOK_PORTS: Final = frozenset({None, 80, 88, 443, 8443})
UPDATES_MAX: Final = 100
POLL_SECONDS_MAX: Final = 50

MESSAGE_UPDATE_LIFETIME: Final = timedelta(hours=24)
CALLBACK_LIFETIME: Final = timedelta(seconds=150)
INLINE_LIFETIME: Final = timedelta(seconds=30)
PRE_CHECKOUT_LIFETIME: Final = timedelta(seconds=150)
# Sooner than the update itself is forgotten.
CHECKOUT_ANSWER: Final = timedelta(seconds=10)
DELETE_WITHIN: Final = timedelta(hours=48)

# What this sandbox keeps in memory, at most.
KEPT_MESSAGES_PER_CHAT: Final = 5_000
KEPT_CALLS: Final = 20_000
KEPT_EVENTS: Final = 5_000
KEPT_QUERIES: Final = 10_000
KEPT_INVOICES: Final = 20_000
KEPT_FILE_BYTES: Final = 256 * 1024 * 1024
