"""Callback data of operators."""

from aiogram.filters.callback_data import CallbackData


class OverviewPress(CallbackData, prefix="ao"):
    pass
