from handlers.error_texts import TEXTS, error_text
from handlers.errors import plain
from services.errors import UserError
from tests.platform import Platform


def every_user_error() -> list[type[UserError]]:
    """Those that are raised: one that has kinds of its own is not."""
    found, left = [], [UserError]
    while left:
        for kind in left.pop().__subclasses__():
            if not kind.__subclasses__():
                found.append(kind)
            left.append(kind)
    return found


def test_every_error_that_a_person_can_cause_has_its_sentence():
    assert set(TEXTS) == set(every_user_error())


async def test_what_nobody_foresaw_gets_an_apology_and_operators_get_the_traceback(platform: Platform, monkeypatch):
    async def broken(*_: object) -> None:
        raise RuntimeError("boom " + platform.settings.secrets[0])

    monkeypatch.setattr(type(platform.container.services.listing), "page", broken)
    anna, olya = platform.world.person("Анна"), platform.world.person("Оля")
    await anna.send("/links")
    assert "У нас что-то сломалось" in anna.last.text
    error_id = anna.last.text.split("№\u00a0")[1].split(")")[0]
    alert = await olya.in_group(platform.world.group("Админы Toklink")).sees(error_id)
    assert "RuntimeError: boom «secret»" in alert.text
    await anna.press_data("ll:1", on=anna.last)
    await anna.send("/help")
    await anna.sees("Что я умею")


def test_alerts_show_no_tags():
    assert plain("⚠️ <b>a</b> &lt;b&gt; &amp; c") == "⚠️ a <b> & c"


def test_a_sentence_escapes_what_people_wrote():
    from services.links.errors import PrivateAddress

    assert "<script>" not in error_text(PrivateAddress("<script>"))
