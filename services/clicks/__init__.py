"""Clicks on short links: kept durably before the redirect is answered, counted right after."""
