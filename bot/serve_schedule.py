"""The scheduler role: lets the clock run."""

from bot.container import Container
from bot.jumps import Jumps, rest
from bot.stopping import Stopping
from scheduler.schedule import begin_anew, build_clock
from services.time_zones import zone


async def serve_schedule(container: Container, stopping: Stopping) -> None:
    """Let the clock run until ``stopping``."""
    clock = build_clock(container.services, zone(container.settings.default_timezone), container.clock)
    jumps = Jumps(container.clock)
    async with container.pulse.role("scheduler"):
        clock.start()
        while not stopping.is_set():
            if jumps.back():
                begin_anew(clock)
            await rest(stopping)
        clock.shutdown()
