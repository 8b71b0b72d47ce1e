"""A person types a city or an offset, in Russian or in English, and gets a time zone."""

from services.time_zones.cities import City, CitySearch, find_cities
from services.time_zones.zones import UnknownTimeZone, current_offset, parse_offset, zone

__all__ = ["City", "CitySearch", "UnknownTimeZone", "current_offset", "find_cities", "parse_offset", "zone"]
