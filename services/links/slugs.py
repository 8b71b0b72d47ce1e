"""Slugs: the part of a short address after the slash."""

from collections.abc import Callable, Sequence

# Bitcoin's base58: no 0, O, I, l, which people mistake for one another.
ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
LENGTH = 7
# What the redirect server answers itself, now or as its contract says, and what passes for a page of ours.
_PAGES = """
    api favicon.ico healthz metrics qr r readyz robots.txt s static telegram trends
    about abuse account admin administrator app assets auth billing dashboard docs download faq guest health help index
    legal link links login logout manifest null oauth official openapi panel password pay payment paysupport policy
    privacy register report reports root security service settings share signin signup sitemap stats status support
    system terms toklink undefined user users verify webhook webhooks well-known www
    админ администратор аккаунт вход выход главная конфиденциальность настройки оплата отчёт отчёты официальный
    пароль поддержка помощь правила профиль регистрация служба справка статистика ссылка ссылки техподдержка
    токлинк условия
"""
RESERVED = frozenset(_PAGES.split())


def random_slug(choose: Callable[[Sequence[str]], str]) -> str:
    """7 characters, 2.2·10¹² possibilities; ``choose`` is ``random.SystemRandom().choice`` outside tests."""
    while True:
        slug = "".join(choose(ALPHABET) for _ in range(LENGTH))
        if slug.casefold() not in RESERVED:
            return slug
