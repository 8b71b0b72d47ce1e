"""TikTok's pages, as far as programs read them."""

import html
import json
from typing import Any, Final
from urllib.parse import urlencode

from sandbox.tiktok.serving import Moment
from sandbox.tiktok.signing import GNARLY_SCRIPT, SCRIPT

CAPTCHA: Final = """<!DOCTYPE html><html><head><title>Verify to continue</title></head>
<body><div id="captcha_container" class="captcha_verify_container">Drag the slider to fit the puzzle</div>
<script>window._wafchallengeid = "sandbox";</script></body></html>"""
PAGE: Final = """<!DOCTYPE html>
<html lang="ru"><head><meta charset="utf-8"><title>{title}</title><link rel="icon" href="data:,"></head>
<body><h1>{title}</h1><div id="posts"></div>{data}<script>{script}</script></body></html>"""


def start_page(bogus: int) -> str:
    return _page("TikTok (sandbox)", "", SCRIPT % {"bogus": bogus, "gnarly_script": ""})


def profile_page(title: str, scope: dict[str, Any], bogus: int, gnarly: int, moment: Moment | None) -> str:
    """A profile; its own script asks for the posts, signed as only it can sign."""
    asks = ""
    if moment is not None:
        query = urlencode({"aid": 1988, "secUid": moment.creator.sec_uid, "count": 35, "cursor": 0})
        asks = GNARLY_SCRIPT % {"query": json.dumps(query), "gnarly": gnarly}
    data = _data("__UNIVERSAL_DATA_FOR_REHYDRATION__", scope)
    return _page(title, data, SCRIPT % {"bogus": bogus, "gnarly_script": asks})


def video_page(title: str, scope: dict[str, Any]) -> str:
    return _page(title, _data("__UNIVERSAL_DATA_FOR_REHYDRATION__", scope), "")


def embed_page(title: str, state: dict[str, Any]) -> str:
    return _page(title, _data("__FRONTITY_CONNECT_STATE__", state), "")


def _page(title: str, data: str, script: str) -> str:
    return PAGE.format(title=html.escape(title), data=data, script=script)


def _data(name: str, tree: dict[str, Any]) -> str:
    # Within a script, a text must not end it.
    text = json.dumps(tree, ensure_ascii=False).replace("<", "\\u003c")
    return f'<script id="{name}" type="application/json">{text}</script>'
