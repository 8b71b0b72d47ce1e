"""What docs/webhooks.md says is what arrives."""

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from services.clicks.counting import _written
from services.clicks.records import RecordedClick
from services.webhooks.sending import CLICKS_IN_A_BATCH, PATIENCE
from tests.services.webhooks.conftest import ANNA, Scene
from tests.services.webhooks.receiver import Receiver

DOCS = Path(__file__).parents[3] / "docs" / "webhooks.md"


def snippet(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    return found[1]


async def test_the_snippet_knows_our_requests_from_others(scene: Scene, receiver: Receiver):
    scene.clock.now = datetime.now(UTC)
    _, secret = await scene.webhooks.set(ANNA, scene.link.id, receiver.url, scene.clock.now)
    await scene.clicks(1)
    await scene.sends()
    names: dict[str, Any] = {}
    exec(snippet("python"), names)
    is_ours: Callable[[str, Mapping[str, str], bytes], bool] = names["is_ours"]
    headers, body = receiver.headers[0], receiver.bodies[0].encode()
    assert is_ours(secret, headers, body)
    assert not is_ours(secret, headers, body.replace(b"[1]", b"[2]"))
    assert not is_ours("another secret", headers, body)
    assert not is_ours(secret, headers | {"Toklink-Timestamp": "1700000000"}, body)


async def test_the_example_has_the_fields_that_come(scene: Scene, receiver: Receiver):
    example = json.loads(snippet("json"))
    told = json.loads(_written("uuid-1", "spring", RecordedClick(1, 0, bot=False, first_visit=True)))
    assert set(example["clicks"][0]) == set(told)
    await scene.webhooks.set(ANNA, scene.link.id, receiver.url, scene.clock.now)
    await scene.webhooks.sender.send_test(scene.link.id, scene.clock.now)
    [made_up] = receiver.batches
    assert set(made_up["clicks"][0]) == set(told)
    assert set(made_up) == {*example, "test"}


def test_its_numbers_are_ours():
    text = DOCS.read_text(encoding="utf-8")
    assert f"1 to {CLICKS_IN_A_BATCH} clicks" in text
    assert f"{PATIENCE.days * 24} hours" in text
