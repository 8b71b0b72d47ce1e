import pytest

from bot.logs import redactor

TOKEN = "123456789:AAbbCCddEEffGGhhIIjjKKllMMnnOOppQQr"


@pytest.mark.parametrize(
    "text",
    [
        f"GET https://api.telegram.org/bot{TOKEN}/getMe",
        "postgresql+asyncpg://toklink:geheim@host/db is away",
        "the key is s3cr3t-key",
    ],
)
def test_no_secret_gets_through(text: str):
    redacted = redactor(["s3cr3t-key"])(text)
    assert "«secret»" in redacted
    for secret in (TOKEN, "geheim", "s3cr3t-key"):
        assert secret not in redacted


@pytest.mark.parametrize("text", ["at 12:30:05", "http://localhost:8080/abc", "127.0.0.1:5432"])
def test_other_texts_stay_as_they_are(text: str):
    assert redactor([])(text) == text
