from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from bot.settings import Settings, explain


def settings(**values: Any) -> Settings:
    return Settings(_env_file=None, **values)


def test_without_any_setting_all_stands_on_this_machine():
    plain = settings()
    assert plain.links_url == "http://localhost:8080"
    assert plain.database == f"sqlite+aiosqlite:///{Path('var') / 'toklink.db'}"
    assert plain.is_local
    assert plain.bot_token is None


def test_the_address_of_links_follows_the_port():
    assert settings(web_port=9000).links_url == "http://localhost:9000"


def test_the_sandbox_is_refused_where_others_could_reach_it():
    with pytest.raises(ValueError, match="the sandbox is for this machine only"):
        settings(public_url="https://tok.example").require_for_run()
    settings(public_url="https://tok.example/", bot_token="42:x").require_for_run()
    settings(public_url="http://localhost:9000").require_for_run()


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"public_url": "tok.example"}, "PUBLIC_URL"),
        ({"web_port": "http"}, "WEB_PORT"),
        ({"admin_ids": "anna"}, "ADMIN_IDS"),
        ({"default_timezone": "Moscow"}, "DEFAULT_TIMEZONE"),
        ({"database_url": "mysql://x:geheim@y/z"}, "DATABASE_URL"),
        ({"database_url": "postgresql+asyncpg://x:geheim@host:port/z"}, "DATABASE_URL"),
        ({"redis_url": "geheim"}, "REDIS_URL"),
        ({"secret_key": "geheim"}, "SECRET_KEY"),
        ({"log_level": "LOUD"}, "LOG_LEVEL"),
        ({"trusted_proxies": "10.0.0.0/8, geheim"}, "TRUSTED_PROXIES"),
        ({"tiktok_proxies": "http://x:geheim@proxy.example"}, "TIKTOK_PROXIES"),
        ({"tiktok_proxies": "socks5://x:geheim@proxy.example:1080"}, "TIKTOK_PROXIES"),
        ({"tiktok_resolve": "geheim.example:443"}, "TIKTOK_RESOLVE"),
        ({"tiktok_resolve": "127.0.0.1"}, "TIKTOK_RESOLVE"),
        ({"tiktok_cpm": "80, geheim, 400"}, "TIKTOK_CPM"),
        ({"tiktok_cpm": "80, 150"}, "TIKTOK_CPM"),
        ({"tiktok_cpm": "80, 150, geheim, 400"}, "TIKTOK_CPM"),
        ({"tiktok_cpm": "400, 150, 80"}, "TIKTOK_CPM"),
    ],
)
def test_a_wrong_setting_is_named_in_plain_words_and_its_value_is_not_shown(values: dict[str, Any], named: str):
    with pytest.raises(ValidationError) as refused:
        settings(**values)
    (line,) = explain(refused.value)
    assert line.startswith(f"{named}: ")
    assert "geheim" not in line


def test_several_operators_stand_with_commas_between():
    assert settings(admin_ids="7, 8,").admin_ids == frozenset({7, 8})


def test_the_prices_of_views_are_three_numbers_with_commas_between():
    assert settings().tiktok_cpm == (80, 150, 400)
    assert settings(tiktok_cpm="90, 160,410").tiktok_cpm == (90, 160, 410)


def test_trusted_proxies_are_addresses_and_networks_with_commas_between():
    trusted = settings(trusted_proxies="127.0.0.1, 10.1.2.3/8,::1").trusted_proxies
    assert [str(network) for network in trusted] == ["127.0.0.1/32", "10.0.0.0/8", "::1/128"]
    assert settings(trusted_proxies="").trusted_proxies == ()


def test_our_own_hosts_are_known_by_all_their_names():
    assert settings(web_port=9000).own_hosts == {"localhost:9000", "127.0.0.1:9000", "[::1]:9000"}
    assert settings(public_url="https://Токлинк.РФ", bot_token="42:x").own_hosts == {"xn--h1adbclc1a.xn--p1ai"}


def test_secrets_do_not_print():
    plain = settings(
        bot_token="42:geheim", redis_url="redis://:geheim@host", database_url="postgresql+asyncpg://a:geheim@b/c"
    )
    assert "geheim" not in repr(plain)
    assert len(plain.secrets) == 3


def test_tokens_and_proxies_of_tiktok_are_secrets_with_commas_between():
    given = settings(
        tiktok_ms_tokens="first-token, second-token", tiktok_proxies="http://anna:geheim@proxy.example:3128"
    )
    assert [token.get_secret_value() for token in given.tiktok_ms_tokens] == ["first-token", "second-token"]
    assert {"first-token", "second-token", "http://anna:geheim@proxy.example:3128", "geheim"} <= set(given.secrets)
    assert "first-token" not in repr(given)
    assert "geheim" not in repr(given)


@pytest.mark.parametrize("address", ["127.0.0.1:18443", "localhost:1", "[::1]:443", ""])
def test_only_this_machine_may_stand_for_tiktok(address: str):
    assert settings(tiktok_resolve=address).tiktok_resolve == address
