"""Due work: what takes longer than an answer may take, and what is to be done later."""

from services.works.kinds import GiveUp, Later, Progress, Work, WorkKind
from services.works.works import Works

__all__ = ["GiveUp", "Later", "Progress", "Work", "WorkKind", "Works"]
