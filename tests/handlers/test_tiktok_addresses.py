"""Addresses of TikTok in a button: as short as they can be, and back."""

import pytest

from handlers.tiktok.addresses import for_button, from_button, means_account
from handlers.tiktok.callbacks import ShortenPress


@pytest.mark.parametrize(
    ("address", "again"),
    [
        ("https://www.tiktok.com/@anna.cooks?lang=ru", "https://www.tiktok.com/@anna.cooks"),
        ("tiktok.com/@anna/", "https://www.tiktok.com/@anna"),
        (
            "https://m.tiktok.com/@anna/photo/7412345678901234567#x",
            "https://www.tiktok.com/@anna/photo/7412345678901234567",
        ),
        (
            "HTTPS://www.TikTok.com/@abcdefghijklmnopqrstuvwx/video/7412345678901234567?a=b&c=d",
            "https://www.tiktok.com/@abcdefghijklmnopqrstuvwx/video/7412345678901234567",
        ),
        ("https://vm.tiktok.com/ZMab12Cd/", "https://vm.tiktok.com/ZMab12Cd"),
        ("https://www.tiktok.com/t/ZTab12Cd/", "https://www.tiktok.com/t/ZTab12Cd"),
        ("https://m.tiktok.com/v/7412345678901234567.html", "https://m.tiktok.com/v/7412345678901234567.html"),
    ],
)
def test_an_address_comes_back_from_its_button_without_what_it_does_not_need(address: str, again: str):
    short = for_button(address)
    assert from_button(short) == again
    assert means_account(again)
    assert len(ShortenPress(address=short).pack().encode()) <= 64


@pytest.mark.parametrize("address", ["https://www.tiktok.com:443/@anna", f"https://vm.tiktok.com/{'Z' * 60}"])
def test_one_that_does_not_fit_has_no_button(address: str):
    assert for_button(address) == ""


@pytest.mark.parametrize(
    ("address", "is_meant"),
    [
        ("https://www.tiktok.com/@anna.", True),
        ("https://www.tiktok.com/legal/terms", False),
        ("https://nottiktok.com/@anna", False),
        ("https://tiktok.com.evil.example/@anna", False),
        ("https://evil.example/tiktok.com/@anna", False),
        ("example.com", False),
        ("javascript:alert(1)", False),
    ],
)
def test_only_accounts_and_posts_are_looked_up(address: str, is_meant: bool):
    assert means_account(address) == is_meant
