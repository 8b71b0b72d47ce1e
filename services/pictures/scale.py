"""Round numbers for the lines behind a chart."""

from math import ceil, floor, log10

STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


def marks(low: float, high: float, *, most: int = 5, least_step: float = 1.0) -> tuple[float, ...]:
    """Two to ``most`` round numbers at even steps, the first at most ``low``, the last at least ``high``.

    ``least_step``: no step is smaller, and all are multiples of it. What is never below zero stays there: marks do not
    begin below it.
    """
    if low > high or most < 2:
        raise ValueError(f"{low} to {high} with {most} marks")
    if low == high:
        # A line that does not change runs through the middle.
        spread = max(abs(low) * 0.1, least_step)
        low, high = max(low - spread, 0.0) if low >= 0 else low - spread, high + spread
    step = max((high - low) / (most - 1), least_step)
    while True:
        step = _round_up(step, least_step)
        first, last = floor(low / step + 1e-9), ceil(high / step - 1e-9)
        if last - first + 1 <= most:
            return tuple(each * step for each in range(first, max(last, first + 1) + 1))
        step *= 1.001


def _round_up(step: float, least: float) -> float:
    power = 10.0 ** floor(log10(step))
    # No half of a thing that is counted, and no digits that are not shown.
    return next(
        each * power * tens
        for tens in (1, 10)
        for each in STEPS
        if each * power * tens >= step * (1 - 1e-9) and _is_whole(each * power * tens / least)
    )


def _is_whole(number: float) -> bool:
    return abs(number - round(number)) < 1e-6 * max(number, 1)
