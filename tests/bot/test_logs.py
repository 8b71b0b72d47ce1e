import pytest

from bot.logs import redactor
from services.guides.access import Pass, Tokens

TOKEN = "123456789:AAbbCCddEEffGGhhIIjjKKllMMnnOOppQQr"
GUIDE = Tokens("a secret for tests").make(Pass(7, 0))


@pytest.mark.parametrize(
    "text",
    [
        f"GET https://api.telegram.org/bot{TOKEN}/getMe",
        "postgresql+asyncpg://toklink:geheim@host/db is away",
        "the key is s3cr3t-key",
        f"GET /r/{GUIDE} HTTP/1.1",
        f"inline keyboard button URL 'https://example.org/r/{GUIDE[:9]}",
    ],
)
def test_no_secret_gets_through(text: str):
    redacted = redactor(["s3cr3t-key"])(text)
    assert "«secret»" in redacted
    for secret in (TOKEN, "geheim", "s3cr3t-key", GUIDE[:9]):
        assert secret not in redacted


@pytest.mark.parametrize("text", ["at 12:30:05", "http://localhost:8080/abc", "127.0.0.1:5432"])
def test_other_texts_stay_as_they_are(text: str):
    assert redactor([])(text) == text
