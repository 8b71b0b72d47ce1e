"""The journal keeps clicks whatever happens to the process, and says so when it cannot."""

import asyncio
import errno
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from services.clicks import journal as journal_module
from services.clicks.folder import JournalFolder
from services.clicks.journal import ClickJournal, JournalUnusable
from services.clicks.records import FORMAT, UPGRADES, ClicksUnreadable, RecordedClick
from tests.full_disk import full_disk

CLICK = RecordedClick(link_id=1, at=1_700_000_000_000, bot=False, first_visit=True)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


def rows_on_disk(path: Path) -> int:
    """As a process sees them that comes after this one."""
    with sqlite3.connect(path) as connection:
        (rows,) = connection.execute("SELECT coalesce(sum(size), 0) FROM turns").fetchone()
    connection.close()
    return int(rows)


async def test_a_click_is_on_disk_before_its_redirect_may_be_answered(path: Path):
    journal = ClickJournal(path)
    kept = journal.record(CLICK)
    assert not kept.done()
    await kept
    assert rows_on_disk(path) == 1
    journal.close()


async def test_clicks_of_one_turn_are_kept_together(path: Path):
    journal = ClickJournal(path)
    commits = []
    journal._connection.set_trace_callback(
        lambda statement: commits.append(statement) if statement == "COMMIT" else None
    )
    await asyncio.gather(*(journal.record(CLICK) for _ in range(100)))
    assert rows_on_disk(path) == 100
    assert len(commits) == 1
    journal.close()


async def test_who_gives_up_waiting_takes_nobody_along(path: Path):
    journal = ClickJournal(path)

    async def click() -> None:
        await journal.record(CLICK)

    impatient, patient = asyncio.create_task(click()), asyncio.create_task(click())
    await asyncio.sleep(0)
    impatient.cancel()
    await patient
    assert impatient.cancelled()
    assert rows_on_disk(path) == 2
    journal.close()


async def test_clicks_come_back_as_they_went_in(path: Path):
    journal = ClickJournal(path)
    clicks = [
        RecordedClick(number, 1_700_000_000_000 + number, number % 2 == 0, number % 3 == 0) for number in range(7)
    ]
    for click in clicks:
        await journal.record(click)
    first, batch = journal.read(0, 5)
    assert batch == clicks[:5]
    second, rest = journal.read(first[-1], 5)
    assert rest == clicks[5:]
    numbers = first + second
    assert numbers == list(range(numbers[0], numbers[0] + 7))
    assert journal.read(second[-1], 5) == ([], [])
    journal.close()


async def test_a_number_is_never_given_to_a_second_click(path: Path):
    numbers: list[int] = []
    for _ in range(3):
        journal = ClickJournal(path)
        await asyncio.gather(journal.record(CLICK), journal.record(CLICK))
        given, clicks = journal.read(journal.forgotten, 10)
        assert len(given) == len(clicks) == 2
        numbers += given
        journal.forget(given[-1])
        assert (journal.rows, rows_on_disk(path)) == (0, 0)
        journal.close()
    assert numbers == sorted(set(numbers))


async def test_a_full_journal_loses_clicks_says_so_and_goes_on(path: Path):
    journal = ClickJournal(path, max_rows=3)
    assert journal.trouble() is None
    await journal.record(CLICK)
    await asyncio.gather(*(journal.record(CLICK) for _ in range(4)))
    assert (journal.rows, journal.lost) == (3, 2)
    assert "full" in (journal.trouble() or "")
    journal.forget(journal.read(0, 1)[0][-1])
    assert journal.trouble() is None
    await journal.record(CLICK)
    assert (journal.rows, journal.lost) == (3, 2)
    journal.close()


async def test_a_full_disk_loses_clicks_says_so_and_is_forgotten_once_there_is_room(path: Path):
    journal = ClickJournal(path)
    await journal.record(CLICK)
    with full_disk():
        await asyncio.gather(journal.record(CLICK), journal.record(CLICK))
        assert journal.lost == 2
        assert "cannot be written" in (journal.trouble() or "")
    assert journal.trouble() is None
    await journal.record(CLICK)
    assert (journal.rows, rows_on_disk(path)) == (2, 2)
    journal.close()


async def test_redirects_go_on_even_when_the_log_is_on_the_full_disk_too(path: Path, monkeypatch: pytest.MonkeyPatch):
    class UnwritableLog:
        def error(self, *_args: object, **_facts: object) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

    failures: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: failures.append(context))
    monkeypatch.setattr(journal_module, "log", UnwritableLog())
    journal = ClickJournal(path, max_rows=0)
    await asyncio.wait_for(journal.record(CLICK), 5)
    assert journal.lost == 1
    assert [type(failure["exception"]) for failure in failures] == [OSError]
    journal.close()


async def test_closing_keeps_what_is_still_in_hand(path: Path):
    journal = ClickJournal(path)
    kept = journal.record(CLICK)
    journal.close()
    assert kept.done()
    assert rows_on_disk(path) == 1


async def test_a_journal_of_an_older_version_is_brought_up_to_date_with_its_clicks(path: Path):
    with closing(sqlite3.connect(path)) as old:
        for statement in UPGRADES[0]:
            old.execute(statement)
        old.execute("INSERT INTO journal (uuid, forgotten, probe) VALUES ('its own', 0, 0)")
        old.execute("INSERT INTO clicks (id, link_id, at, bot, first_visit) VALUES (5, 7, 1000, 0, 1)")
        old.execute("PRAGMA user_version = 1")
        old.commit()
    new = ClickJournal(path)
    assert (new.uuid, new.rows) == ("its own", 1)
    assert new.read(0, 10) == ([5], [RecordedClick(7, 1000, False, True)])
    told = RecordedClick(
        7, 2000, False, True, b"0" * 16, "RU", "iPhone", "iOS 17", "Mobile Safari", "VK", "vk.com", "ru", True, "B"
    )
    await new.record(told)
    assert new.read(5, 10)[1] == [told]
    new.close()


async def test_clicks_that_an_older_version_took_down_come_back_as_they_were(path: Path):
    told = RecordedClick(
        8, 2000, False, True, b"\xff\x00" * 8, "RU", "iPad", "iOS 17", "Safari", "VK", "пример.рф", "ru", True, "B"
    )
    bot = RecordedClick(9, 3000, True, False)
    with closing(sqlite3.connect(path)) as old:
        for statement in UPGRADES[0] + UPGRADES[1]:
            old.execute(statement)
        old.execute("INSERT INTO journal (uuid, forgotten, probe) VALUES ('its own', 0, 0)")
        places = ", ".join("?" * (len(told) + 1))
        old.executemany(f"INSERT INTO clicks VALUES ({places})", [(5, *told), (6, *bot)])
        old.execute("PRAGMA user_version = 2")
        old.commit()
    new = ClickJournal(path)
    assert new.rows == 2
    assert new.read(0, 10) == ([5, 6], [told, bot])
    new.close()


async def test_a_crowd_of_one_turn_can_be_counted_in_parts(path: Path):
    journal = ClickJournal(path)
    crowd = [RecordedClick(number, 1_700_000_000_000, False, False) for number in range(250)]
    await asyncio.gather(*map(journal.record, crowd))
    numbers, part = journal.read(0, 10)
    assert part == crowd[:100]
    journal.forget(numbers[-1])
    assert (journal.rows, rows_on_disk(path)) == (150, 150)
    others, rest = journal.read(numbers[-1], 1_000)
    assert part + rest == crowd
    assert numbers + others == list(range(numbers[0], numbers[0] + 250))
    journal.close()


async def test_damaged_clicks_of_a_dead_process_are_left_as_they_are(path: Path):
    journal = ClickJournal(path)
    await journal.record(CLICK)
    with closing(sqlite3.connect(path)) as damaged:
        damaged.execute("UPDATE turns SET clicks = '[[1'")
        damaged.commit()
    assert journal.oldest() is None
    with pytest.raises(ClicksUnreadable):
        journal.read(0, 10)
    journal.close()


async def test_a_journal_of_a_newer_version_is_left_as_it_is(path: Path):
    journal = ClickJournal(path)
    await journal.record(CLICK)
    journal.close()
    with closing(sqlite3.connect(path)) as newer:
        newer.execute(f"PRAGMA user_version = {FORMAT + 1}")
    with pytest.raises(JournalUnusable, match="newer version"):
        ClickJournal(path)
    assert rows_on_disk(path) == 1


async def test_each_process_has_a_journal_of_its_own_and_a_successor_takes_over(tmp_path: Path):
    first, second, third = (JournalFolder(tmp_path / "journals") for _ in range(3))
    one, two = first.own(), second.own()
    assert one.path != two.path
    await one.record(CLICK)
    # As the operating system does when the process dies.
    first.release(one)
    successor = third.own()
    assert (successor.path, successor.uuid, successor.rows) == (one.path, one.uuid, 1)
    third.release(successor)
    second.release(two)


async def test_an_emptied_journal_is_removed_with_all_that_belongs_to_it(tmp_path: Path):
    folder = JournalFolder(tmp_path)
    journal = folder.own()
    await journal.record(CLICK)
    folder.remove(journal)
    assert os.listdir(tmp_path) == []
    assert list(folder.abandoned()) == []


async def test_what_is_no_journal_is_left_as_it_is(tmp_path: Path):
    damaged = tmp_path / "00000000-0000-0000-0000-000000000000.db"
    damaged.write_bytes(b"not a journal at all" * 1000)
    folder = JournalFolder(tmp_path)
    journal = folder.own()
    assert journal.path != damaged
    assert damaged.read_bytes() == b"not a journal at all" * 1000
    folder.release(journal)
