"""Names that come from strangers, made fit to be counted by."""

from services.clicks.dimensions import OTHER


def plain(name: str, most: int) -> str:
    """``name`` cut to ``most`` characters; empty where it has any that are not printable ASCII, or would mean OTHER."""
    if not (name.isascii() and name.isprintable()) or name == OTHER:
        return ""
    return name[:most].strip()
