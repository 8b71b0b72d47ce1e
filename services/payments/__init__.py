"""Selling: orders, Stars, refunds, codes, and the comparison with Telegram's own ledger."""
