"""A person types a city or an offset, in Russian or in English, and gets a time zone."""

from services.time_zones.zones import UnknownTimeZone, current_offset, parse_offset, zone

__all__ = ["UnknownTimeZone", "current_offset", "parse_offset", "zone"]
