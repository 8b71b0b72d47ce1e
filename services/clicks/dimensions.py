"""What a click is counted by, beside its time."""

from typing import Final

# ISO 3166-1 alpha-2, in capitals; empty: unknown.
COUNTRY: Final = "country"
# One of DEVICES.
DEVICE: Final = "device"
# "Android 14", "Windows 10", "iOS 17"; empty: unknown.
SYSTEM: Final = "system"
# "Chrome", "Mobile Safari"; without a version; empty: unknown.
BROWSER: Final = "browser"
# The app in whose own browser the link was opened, one of APPS; empty: a browser of its own.
APP: Final = "app"
# The site that the click came from: its host in small letters and punycode, without "www." and other doors of one
# site (m., l., away.); of an app that names itself, its site or its package. Empty: none was named, or it is our own.
REFERRER: Final = "referrer"
# The browser's first language, ISO 639-1 in small letters; empty: it named none.
LANGUAGE: Final = "language"
# "scan" where the link's QR was scanned, else empty.
QR: Final = "qr"
# The key of the A/B variant that the visitor was led to, "A" to "Z"; empty: the link had none.
VARIANT: Final = "variant"

# In the order of fields everywhere.
DIMENSIONS: Final = (COUNTRY, DEVICE, SYSTEM, BROWSER, APP, REFERRER, LANGUAGE, QR, VARIANT)

ANDROID, WINDOWS, IPHONE, IPAD, LINUX, MAC, OTHER_DEVICE = (
    "Android", "Windows", "iPhone", "iPad", "Linux", "Mac", "other",
)  # fmt: skip
DEVICES: Final = (ANDROID, WINDOWS, IPHONE, IPAD, LINUX, MAC, OTHER_DEVICE)
PHONES: Final = frozenset({ANDROID, IPHONE, IPAD})
COMPUTERS: Final = frozenset({WINDOWS, LINUX, MAC})
APPS: Final = ("Telegram", "Instagram", "TikTok", "VK")
SCAN: Final = "scan"

# Of each dimension, a link's day has at most so many values; all further ones are counted as OTHER.
MOST_VALUES: Final = 100
# No host, language or browser is called so.
OTHER: Final = "*"
# A link's whole life has more room than one of its days.
MOST_VALUES_OF_LIFE: Final = 1_000
