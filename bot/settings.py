"""Settings: the only reader of the environment. Read once, frozen, typed; secrets never print."""

import os
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

import ada_url
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from services.time_zones import UnknownTimeZone, zone

LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "[::1]"})


class Settings(BaseSettings):
    """Names and defaults are a contract, listed in README.md and .env.example."""

    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True)

    bot_token: SecretStr | None = Field(None, description="The bot's token from @BotFather. Absent: the sandbox.")
    secret_key: SecretStr | None = Field(
        None, min_length=32, description="What is encrypted, is so under this. Absent: made once, kept in DATA_DIR."
    )
    telegram_api_url: str = Field("https://api.telegram.org", description="The Bot API server.")
    webhook_url: str = Field(
        "", description="Where Telegram brings updates; ends in /telegram/webhook. Empty: they are fetched."
    )
    webhook_secret: SecretStr | None = Field(
        None, pattern="^[A-Za-z0-9_-]{16,256}$", description="What Telegram shows at that door. Absent: made."
    )
    public_url: str = Field("", description="Where short links live. Empty: http://localhost:WEB_PORT.")
    web_host: str = Field("127.0.0.1", description="The address that the redirect server listens on.")
    web_port: int = Field(8080, ge=1, le=65535, description="The port that the redirect server listens on.")
    web_workers: int = Field(1, ge=1, le=64, description="Processes of `toklink web` on one port.")
    sandbox_port: int = Field(8081, ge=1, le=65535, description="The port of the sandbox's chat page.")
    data_dir: Path = Field(Path("var"), description="The folder of the database, journals and keys.")
    database_url: SecretStr = Field(SecretStr(""), description="Empty: SQLite in DATA_DIR. Or postgresql+asyncpg://…")
    trusted_proxies: Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode] = Field(
        (), description="Addresses and networks of proxies whose X-Forwarded-For is believed, with commas between."
    )
    redis_url: SecretStr | None = Field(None, description="redis://… for what processes share. Empty: not needed.")
    admin_ids: Annotated[frozenset[int], NoDecode] = Field(
        frozenset(), description="Telegram ids of the operators, with commas between."
    )
    admin_chat_id: int | None = Field(None, description="The admin group. Empty: each of ADMIN_IDS.")
    default_timezone: str = Field("Europe/Moscow", description="Of people who chose none, and of the schedule.")
    geoip_file: Path | None = Field(None, description="Countries of addresses, .mmdb. Empty: the one that comes along.")
    metrics_token: SecretStr | None = Field(
        None, description="What opens /metrics, as a Bearer token. Absent: programs of this machine alone."
    )
    tiktok_chromium: str = Field(
        "", description="The Chromium that TikTok is asked with, a path. Empty: the one on this machine. off: none."
    )
    tiktok_ms_tokens: Annotated[tuple[SecretStr, ...], NoDecode] = Field(
        (), description="msToken cookies for TikTok, with commas between; used in turn."
    )
    tiktok_proxies: Annotated[tuple[SecretStr, ...], NoDecode] = Field(
        (), description="Proxies to TikTok, http://name:password@host:port, with commas between; used in turn."
    )
    tiktok_resolve: str = Field(
        "", description="host:port of this machine that stands for TikTok, its certificate unchecked: for tests."
    )
    tiktok_cpm: Annotated[tuple[int, int, int], NoDecode] = Field(
        (80, 150, 400), description="Roubles for 1,000 views of an advertisement: low, usual, high, for the income."
    )
    top_file: Path | None = Field(None, description="Whom the daily top lists, TOML. Empty: the list that comes along.")
    report_price_stars: int = Field(50, ge=1, le=10_000, description="What a guide costs, in Telegram Stars.")
    links_per_user: int = Field(75, ge=1, description="How many links a person may have.")
    allow_private_targets: bool = Field(False, description="Let links lead to private and loopback addresses.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="What is logged.")
    log_format: Literal["console", "json"] = Field("console", description="How it is logged.")

    @field_validator("admin_ids", mode="before")
    @classmethod
    def _split_ids(cls, value: object) -> object:
        if isinstance(value, str):
            return [part.strip() for part in value.split(",") if part.strip()]
        return value

    @field_validator("tiktok_ms_tokens", "tiktok_proxies", mode="before")
    @classmethod
    def _split_secrets(cls, value: object) -> object:
        return tuple(value.replace(",", " ").split()) if isinstance(value, str) else value

    @field_validator("tiktok_proxies")
    @classmethod
    def _http_proxies(cls, value: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        for proxy in value:
            if not _is_http_proxy(proxy.get_secret_value()):
                raise ValueError("addresses such as http://name:password@host:3128, with commas between")
        return value

    @field_validator("tiktok_resolve")
    @classmethod
    def _this_machine(cls, value: str) -> str:
        if value and not _is_loopback_port(value):
            raise ValueError("host:port of this machine alone, such as 127.0.0.1:18443")
        return value

    @field_validator("tiktok_cpm", mode="before")
    @classmethod
    def _three_prices(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        parts = value.replace(",", " ").split()
        prices = [int(part) for part in parts if part.isascii() and part.isdecimal() and len(part) <= 6]
        if not len(prices) == len(parts) == 3 or prices != sorted(prices):
            raise ValueError("three whole numbers of roubles from low to high, such as 80, 150, 400")
        return tuple(prices)

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _split_networks(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        try:
            return tuple(ip_network(part, strict=False) for part in value.replace(",", " ").split())
        except ValueError:
            raise ValueError("addresses or networks such as 10.0.0.0/8 or ::1, with commas between") from None

    @field_validator("default_timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            zone(value)
        except UnknownTimeZone as error:
            raise ValueError("name a city's zone such as Europe/Moscow, or an offset such as UTC+03:00") from error
        return value

    @field_validator("telegram_api_url", "public_url", "webhook_url")
    @classmethod
    def _http_address(cls, value: str) -> str:
        value = value.rstrip("/")
        if value and (urlsplit(value).scheme not in {"http", "https"} or not urlsplit(value).hostname):
            raise ValueError("an address that begins with http:// or https://")
        return value

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: SecretStr) -> SecretStr:
        text = value.get_secret_value()
        if not text:
            return value
        if not text.startswith(("sqlite+aiosqlite:///", "postgresql+asyncpg://")):
            raise ValueError("begins with sqlite+aiosqlite:/// or postgresql+asyncpg://")
        try:
            make_url(text)
        except (ArgumentError, ValueError):
            # The library's own words repeat the address, and the password with it.
            raise ValueError("an address such as postgresql+asyncpg://name:password@host:5432/database") from None
        return value

    @field_validator("redis_url")
    @classmethod
    def _redis_address(cls, value: SecretStr | None) -> SecretStr | None:
        if value and urlsplit(value.get_secret_value()).scheme not in {"redis", "rediss", "unix"}:
            raise ValueError("an address that begins with redis://, rediss:// or unix://")
        return value

    def require_for_run(self) -> None:
        """Without a token the sandbox is Telegram, and that is for this machine alone. Raises ValueError."""
        if self.bot_token is None and not self.is_local:
            raise ValueError("BOT_TOKEN is missing, and PUBLIC_URL is not local: the sandbox is for this machine only")

    @property
    def links_url(self) -> str:
        """What short addresses begin with, without a slash at the end."""
        return self.public_url or f"http://localhost:{self.web_port}"

    @property
    def is_local(self) -> bool:
        """Short links lead to this machine alone."""
        parts = urlsplit(self.links_url)
        return (f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname) in LOCAL_HOSTS

    @property
    def own_hosts(self) -> frozenset[str]:
        """Hosts that short links must not lead to, as ``services.links.targets`` compares them."""
        url = ada_url.URL(self.links_url)
        if not self.is_local:
            return frozenset({url.hostname, url.host})
        port = url.port
        return frozenset(f"{name}:{port}" if port else name for name in LOCAL_HOSTS)

    @property
    def secrets(self) -> list[str]:
        """What must never be logged or shown to operators."""
        given = [each for _, value in self for each in (value if isinstance(value, tuple) else (value,))]
        # A browser is told a proxy's password apart from its address.
        passwords = [urlsplit(proxy.get_secret_value()).password for proxy in self.tiktok_proxies]
        return [
            *(value.get_secret_value() for value in given if isinstance(value, SecretStr) and value),
            *(password for password in passwords if password),
        ]

    @property
    def database(self) -> str:
        """The database's address, with the default filled in."""
        return self.database_url.get_secret_value() or f"sqlite+aiosqlite:///{self.data_dir / 'toklink.db'}"

    @property
    def is_on_postgresql(self) -> bool:
        return self.database.startswith("postgresql")

    @property
    def journals_dir(self) -> Path:
        """Where web processes keep their click journals."""
        return self.data_dir / "journals"


def _is_http_proxy(address: str) -> bool:
    try:
        parts = urlsplit(address)
        return parts.scheme == "http" and bool(parts.hostname) and parts.port is not None
    except ValueError:
        return False


def _is_loopback_port(address: str) -> bool:
    host, _, port = address.rpartition(":")
    return host in LOCAL_HOSTS and port.isdecimal() and 0 < int(port) < 65536


def environment_name(field: str) -> str:
    """The variable that a field of Settings is read from."""
    return field.upper()


def explain(error: ValidationError) -> list[str]:
    """Wrong settings in plain words, a line each; values are not repeated, they may be secret."""
    lines = []
    for problem in error.errors():
        name = environment_name(str(problem["loc"][0])) if problem["loc"] else ""
        reason = problem["msg"].removeprefix("Value error, ")
        lines.append(f"{name}: {reason}" if name else reason)
    return lines


def env_file_is_open() -> bool:
    """Whether other accounts of this machine can read .env, where the token is."""
    path = Path(".env")
    return os.name == "posix" and path.exists() and bool(path.stat().st_mode & 0o077)
