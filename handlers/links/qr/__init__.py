"""The QR of a link."""
