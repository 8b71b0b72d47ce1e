"""Makes a guide's facts in a process of the studio, so that no chat waits and nothing heavy is imported elsewhere."""

from services.guides.materials import Material, pack, unpack


def guide_content(packed: bytes, time_zone: str) -> bytes:
    """A packed Material in, a packed GuideContent out."""
    from services.guides.content import make_content

    return pack(make_content(unpack(packed, Material), time_zone))
