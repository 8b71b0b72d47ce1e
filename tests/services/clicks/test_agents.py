"""Who is a person and who is a program."""

import time

import pytest
from crawleruseragents import CRAWLER_USER_AGENTS_DATA, is_crawler

from services.clicks.agents import is_bot

PEOPLE = [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5"
    " Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Linux; Android 14; SM-S911B; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/126.0.0.0"
    " Mobile Safari/537.36 Instagram 331.0.0.37.90 Android (34/14; 420dpi; 1080x2116; samsung; SM-S911B; ru_RU)",
    "Mozilla/5.0 (Linux; Android 13; Redmi Note 12 Build/TKQ1; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0"
    " Chrome/126.0.0.0 Mobile Safari/537.36 musical_ly_2023405030 BytedanceWebview/d8a21c6",
    "Mozilla/5.0 (Linux; Android 12; M2101K6G) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0"
    " YaBrowser/24.6.1.62.00 SA/3 Mobile Safari/537.36",
    "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0",
]
PROGRAMS = [
    "",
    "TelegramBot (like TwitterBot)",
    "WhatsApp/2.23.20.0",
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "Twitterbot/1.0",
    "Mozilla/5.0 (compatible; vkShare; +http://vk.com/dev/Share)",
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)",
    "curl/8.5.0",
    "python-requests/2.32.0",
    "Go-http-client/1.1",
]


@pytest.mark.parametrize("agent", PEOPLE)
def test_browsers_are_people(agent: str):
    assert not is_bot(agent)


@pytest.mark.parametrize("agent", PROGRAMS)
def test_previews_crawlers_and_scripts_are_not(agent: str):
    assert is_bot(agent)


def test_all_agents_that_the_list_knows_are_told_as_the_list_tells_them_but_headless_browsers():
    known = [agent for entry in CRAWLER_USER_AGENTS_DATA for agent in entry.get("instances", ())]
    assert len(known) > 1000
    apart = {agent for agent in known if is_bot(agent) != is_crawler(agent)}
    assert all("HeadlessChrome" in agent and not is_bot(agent) for agent in apart)


def test_agents_never_seen_before_are_told_far_faster_than_pattern_by_pattern():
    agents = [f"{PEOPLE[number % len(PEOPLE)]} New/{number}" for number in range(300)]
    began = time.thread_time()
    assert not any(map(is_bot, agents))
    ours = time.thread_time() - began
    began = time.thread_time()
    assert not any(map(is_crawler, agents))
    assert ours < (time.thread_time() - began) / 2


def test_an_endless_agent_costs_no_more_than_a_long_one():
    began = time.thread_time()
    for number in range(100):
        is_bot(f"{number} " + "Current Spider " * 10_000)
    assert time.thread_time() - began < 1
