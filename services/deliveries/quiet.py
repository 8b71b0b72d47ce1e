"""When a notice may be sent: not in the hours that a person wants to be left alone."""

from datetime import UTC, datetime, timedelta, tzinfo


def end_of_quiet(now: datetime, place: tzinfo, quiet_from: int | None, quiet_until: int | None) -> datetime:
    """``now``, or when the quiet hours end in which it falls. Hours 0 to 23 of the day at ``place``; equal: none."""
    if quiet_from is None or quiet_until is None or quiet_from == quiet_until:
        return now
    hours = (
        range(quiet_from, quiet_until) if quiet_from < quiet_until else (*range(quiet_from, 24), *range(quiet_until))
    )
    if now.astimezone(place).hour not in hours:
        return now
    # Hour by hour of real time: where clocks are put forward, the hour that they leave out ends the quiet too.
    moment = now.astimezone(UTC)
    while moment.astimezone(place).hour in hours:
        local = moment.astimezone(place)
        moment += timedelta(hours=1) - timedelta(
            minutes=local.minute, seconds=local.second, microseconds=local.microsecond
        )
    return moment
