"""The country of an address, out of a file that lies beside the program: no address goes anywhere to be looked up."""

from pathlib import Path
from typing import Any

import maxminddb

# See docs/licences.md for where it comes from; `make geoip` renews it.
DATA = Path(__file__).parent / "data" / "dbip-country.mmdb"
# What its licence asks to be said where countries are shown: name and address.
CREDIT = ("IP Geolocation by DB-IP", "https://db-ip.com")


class CountriesUnusable(Exception):
    """The file cannot be read, or knows no countries."""


class Countries:
    """Reads a MaxMind file (.mmdb) whose records name a country: those of DB-IP, GeoLite2 and their like."""

    def __init__(self, path: Path | None = None) -> None:
        """``path``: the file, or None for the one that comes with Toklink. Raises CountriesUnusable."""
        path = path or DATA
        try:
            reader: Any = maxminddb.open_database(path)
            _country(reader.get("8.8.8.8"))
        except (OSError, ValueError, maxminddb.InvalidDatabaseError) as error:
            raise CountriesUnusable(f"{path} is no file of countries that can be read: {error}") from error
        # The extension in C takes half a microsecond, so nothing is kept: no address outlives its request.
        self._get = reader.get

    def country(self, address: str) -> str:
        """ISO 3166-1 alpha-2, in capitals; empty for private and unknown addresses, and for what is none."""
        if address.startswith("::ffff:"):  # an IPv4 address as IPv6 sockets show it
            address = address[7:]
        try:
            return _country(self._get(address))
        except (ValueError, TypeError):  # no address; one with a null character
            return ""


def _country(record: Any) -> str:
    if record is None:
        return ""
    try:
        country = record.get("country_code") or record["country"]["iso_code"]
    except (AttributeError, KeyError, TypeError):
        return ""
    return country.upper() if isinstance(country, str) and len(country) == 2 else ""
