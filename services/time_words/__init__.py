"""Moments as people write them: "завтра в 18:30", "in 2 hours", "в пятницу в 9 утра"."""

from services.time_words.errors import TimeNotUnderstood, TimeTooFar
from services.time_words.moments import Moment, Twist, end_of_day, resolve
from services.time_words.reading import read_moment

__all__ = ["Moment", "TimeNotUnderstood", "TimeTooFar", "Twist", "end_of_day", "read_moment", "resolve"]
