"""Due work that makes the daily report of one person."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import structlog

from handlers.links.daily import daily_note, daily_sheet, file_name
from handlers.outgoing import as_outgoing
from services.deliveries import File
from services.language import Catalogue, speaking
from services.links.daily import REPORT
from services.links.day import DailyReport
from services.pictures.errors import PictureError
from services.reports.pdf import daily_pdf
from services.services import Services
from services.works import Progress, Work, WorkKind

log = structlog.get_logger()
# A report without its PDF is better than none: after so many tries it goes as it is.
TRIES_WITH_PDF = 3
# PDFs are drawn one after another anyway; meanwhile the next one is read.
AT_ONCE = 2


def work_kinds(services: Services, catalogue: Catalogue, clock: Callable[[], datetime]) -> list[WorkKind]:
    works = ReportWorks(services, catalogue, clock)
    # Nobody waits for it, so /cancel is not about it.
    return [WorkKind(REPORT, works.make, at_once=AT_ONCE, cancellable=False)]


class ReportWorks:
    """Makes reports, in the language of whom they are for."""

    def __init__(self, services: Services, catalogue: Catalogue, clock: Callable[[], datetime]) -> None:
        self._services = services
        self._catalogue = catalogue
        self._clock = clock

    async def make(self, work: Work, _progress: Progress) -> None:
        person = None if work.person_id is None else await self._services.people.find(work.person_id)
        report = None if person is None else await self._services.daily.report(work)
        if person is None or report is None:
            # Erased, or their links deleted, since it was asked for.
            return
        with speaking(self._catalogue, person.language):
            outgoing = as_outgoing(daily_note(report))
            pdf = await self._pdf(report, work)
        if pdf is not None:
            outgoing = replace(outgoing, file=File(file_name(report), pdf, "document"))
        await self._services.daily.tell(work, outgoing, self._clock())

    async def _pdf(self, report: DailyReport, work: Work) -> bytes | None:
        """Raises PictureError where it is to be tried again; None: it cannot be drawn."""
        try:
            return await self._services.pictures.draw_once(daily_pdf, daily_sheet(report))
        except PictureError as error:
            if work.attempts < TRIES_WITH_PDF:
                raise
            log.warning("a daily report goes without its PDF", work=work.id, reason=type(error).__name__)
            await self._services.errors.report("work", error, self._clock(), person_id=work.person_id)
            return None
