from pathlib import Path

from db.engine import Database
from db.migrate import differences, migrate


async def test_the_migrations_lead_to_what_the_models_say(tmp_path: Path):
    database = Database.open(f"sqlite+aiosqlite:///{tmp_path / 'toklink.db'}")
    await migrate(database)
    assert await differences(database) == []
    await database.close()
