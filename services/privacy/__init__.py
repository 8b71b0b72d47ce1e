"""What is kept about a person: how they get it, and how it goes."""

from services.privacy.errors import ErasureBegan
from services.privacy.privacy import DATA, ERASE, TRACES, UNDO_TIME, Privacy

__all__ = ["DATA", "ERASE", "TRACES", "UNDO_TIME", "ErasureBegan", "Privacy"]
