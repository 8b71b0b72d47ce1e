from db.engine import Database
from db.migrate import differences, migrate, revisions


async def test_an_empty_database_gets_all_tables_and_they_equal_the_models(database_url: str):
    database = Database.open(database_url)
    before, newest = await revisions(database)
    assert before is None
    await migrate(database)
    assert await revisions(database) == (newest, newest)
    assert await differences(database) == []
    await database.close()


async def test_migrating_twice_changes_nothing(database: Database):
    await migrate(database)
    assert await differences(database) == []
