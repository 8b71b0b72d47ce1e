"""Who clicks: requests as real browsers send them, some of them machines, and links by Zipf's law."""

import random
from collections.abc import Sequence

ANDROID = (
    "Mozilla/5.0 (Linux; Android {os}; {model}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{chrome}.0.0.0 Mobile"
)
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS {ios} like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{chrome}.0.0.0"
# With how many clicks of a hundred each comes; the last ones are previews and crawlers.
BROWSERS = {
    ANDROID + " Safari/537.36": 24,
    ANDROID + " Safari/537.36 YaBrowser/24.6.{minor}.00 SA/3": 8,
    ANDROID.replace("; {model})", "; {model}; wv)") + " Safari/537.36 Instagram 331.0.0.{minor} Android": 8,
    ANDROID.replace("; {model})", "; {model}; wv)") + " Safari/537.36 Telegram-Android/10.14.{minor}": 8,
    IPHONE + " Version/17.5 Mobile/15E148 Safari/604.1": 18,
    IPHONE + " Mobile/15E148 Instagram 331.0.0.{minor}.85 (iPhone14,5; iOS 17_5; ru_RU; scale=3.00; 1170x2532)": 6,
    WINDOWS + " Safari/537.36": 13,
    WINDOWS + " Safari/537.36 Edg/{chrome}.0.0.0": 4,
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17 Safari/605": 4,
    "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/{chrome}.0": 2,
    "TelegramBot (like TwitterBot)": 3,
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)": 1,
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)": 1,
}
MODELS = ("SM-A525F", "SM-S911B", "Redmi Note 12", "M2101K6G", "Pixel 7", "RMX3630", "TECNO KI5q", "22101316G")


# Browsers' languages and the pages that people come from, with how many of a hundred each.
LANGUAGES = {
    "ru-RU,ru;q=0.9,en-US;q=0.8,en;q=0.7": 70,
    "ru": 12,
    "en-US,en;q=0.9": 8,
    "kk-KZ,kk;q=0.9,ru;q=0.8": 6,
    "de": 4,
}
REFERRERS = {
    "": 48, "https://t.me/": 14, "https://www.tiktok.com/": 12, "https://l.instagram.com/?u=x": 10,
    "https://away.vk.com/": 8, "https://{site}.example/page?id={minor}": 8,
}  # fmt: skip
# Of a hundred, so many were at the link before and have its cookie; so many scanned its QR.
WITH_COOKIE, SCANS = 15, 5


def clicks(slugs: Sequence[str], number: int, seed: int) -> list[str]:
    """HTTP requests for the links, the n-th with weight 1/n, as a reverse proxy passes them on.

    Some 1,500 different agents at as many addresses as there are requests, from pages of some 60 hosts.
    """
    rng = random.Random(seed)
    weights = [1 / place for place in range(1, len(slugs) + 1)]
    browsers = rng.choices(list(BROWSERS), list(BROWSERS.values()), k=number)
    languages = rng.choices(list(LANGUAGES), list(LANGUAGES.values()), k=number)
    referrers = rng.choices(list(REFERRERS), list(REFERRERS.values()), k=number)
    return [
        f"GET /{slug}{'?qr' if rng.randrange(100) < SCANS else ''} HTTP/1.1\r\nHost: localhost:8080\r\n"
        f"X-Forwarded-For: {_address(rng)}\r\nUser-Agent: {_agent(rng, browser)}\r\n"
        "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n"
        f"Accept-Language: {language}\r\nAccept-Encoding: gzip, deflate, br\r\n"
        f"{_optional(rng, browser, referrer)}\r\n"
        for slug, browser, language, referrer in zip(
            rng.choices(slugs, weights, k=number), browsers, languages, referrers, strict=True
        )
    ]


def _address(rng: random.Random) -> str:
    """A public one, of any country."""
    return f"{rng.randint(11, 99)}.{rng.randrange(256)}.{rng.randrange(256)}.{rng.randint(1, 254)}"


def _optional(rng: random.Random, browser: str, referrer: str) -> str:
    lines = []
    if referrer:
        lines.append(f"Referer: {referrer.format(site=f'site{rng.randrange(50)}', minor=rng.randrange(1000))}")
    if "Chrome/" in browser:
        lines.append('Sec-CH-UA: "Chromium";v="126", "Google Chrome";v="126", "Not-A.Brand";v="99"')
        lines.append(f"Sec-CH-UA-Mobile: {'?1' if 'Mobile' in browser else '?0'}")
        lines.append(f'Sec-CH-UA-Platform: "{"Android" if "Android" in browser else "Windows"}"')
    if rng.randrange(100) < WITH_COOKIE:
        lines.append(f"Cookie: visitor={rng.randbytes(12).hex()}")
    return "".join(f"{line}\r\n" for line in lines)


def _agent(rng: random.Random, browser: str) -> str:
    return browser.format(
        os=rng.randint(9, 14),
        model=rng.choice(MODELS),
        chrome=rng.randint(112, 126),
        ios=f"{rng.randint(15, 17)}_{rng.randint(0, 6)}",
        minor=rng.randint(1, 9),
    )
