import pytest

from sandbox import Person
from tests.handlers.reading import answers, edits, mentions, said, sends
from tests.platform import Platform

BOT = "@toklink_demo_bot"


@pytest.fixture
def friends(platform: Platform, anna: Person) -> Person:
    """Anna among her friends."""
    return anna.in_group(platform.world.group("Друзья"))


async def test_in_a_group_a_link_is_made_and_the_rest_happens_in_private(friends: Person):
    await friends.send("/link https://example.com/party")
    assert "example.com/party" in friends.last.text
    assert friends.last.buttons == []
    await friends.send("/link")
    assert "/link https://example.com/page" in friends.last.text
    await friends.send("/links")
    assert "https://t.me/toklink_demo_bot" in friends.last.text
    await friends.send(f"/help{BOT}")
    assert "Здесь" in friends.last.text


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (f"/cancel{BOT}", "Это для личного чата"),
        (f"/nonsense{BOT} https://example.com", "Я не знаю /nonsense"),
        (f"/LINK{BOT.upper()} https://example.com/x", "example.com/x"),
        (f"/link{BOT} https://example.com/x", "example.com/x"),
        ("/link https://example.com/x вот так", "example.com/x"),
        ("/Settings", "Это для личного чата"),
    ],
)
async def test_who_addresses_the_bot_with_a_command_gets_one_answer(friends: Person, text: str, answer: str):
    await friends.send(text)
    assert answer in said(friends)
    assert friends.last.buttons == []
    assert len(await answers(friends)) == 1


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (f"{BOT} https://example.com/x", "→ example.com/x"),
        (f"сократи example.com/x, {BOT.upper()}!", "→ example.com/x"),
        (f"{BOT}", "Здесь: /link и адрес"),
        (f"{BOT} привет", "Здесь: /link и адрес"),
        (f"{BOT} https://example.com/x https://example.com/y", "В сообщении 2 адреса"),
    ],
)
async def test_a_mention_is_answered_with_the_link_or_with_what_to_do(
    platform: Platform, friends: Person, text: str, answer: str
):
    mentions(platform, friends, text)
    await friends.sees("")
    assert answer in said(friends)


async def test_an_edited_command_is_answered_and_an_edited_word_is_not(platform: Platform, friends: Person):
    own = await friends.send("/link https://example.com/x", quiet=True)
    await friends.sees("example.com/x")
    await friends.edit(own, "/link https://example.com/y")
    assert "новым сообщением" in said(friends)
    reply = await friends.send("спасибо", reply_to=friends.last, quiet=True)
    await friends.sees("Здесь: /link и адрес")
    edits(platform, friends, reply.raw | {"text": "спасибо!"})
    assert len(await answers(friends)) == 3


async def test_a_reply_with_an_address_gets_the_link(friends: Person):
    await friends.send("/link")
    await friends.send("вот: https://example.com/x", reply_to=friends.last)
    await friends.sees("→ \u2068example.com/x")


@pytest.mark.parametrize("text", ["/nonsense", "просто слова", "https://example.com", "привет, @another_bot"])
async def test_what_is_meant_for_others_stays_unanswered(platform: Platform, friends: Person, text: str):
    # As a bot sees it that the group made an administrator: everything.
    mentions(platform, friends, text)
    sends(platform, friends, {"new_chat_title": "Друзья"})
    assert await answers(friends) == []
