"""A local Telegram to chat with the bot in, for trying and testing; imports nothing of the product."""

from sandbox.client import SandboxClient
from sandbox.client_http import SandboxRefused
from sandbox.client_person import Person
from sandbox.client_views import Answer, InlineAnswer, Message
from sandbox.faults import Fault
from sandbox.server import SandboxServer

__all__ = [
    "Answer",
    "Fault",
    "InlineAnswer",
    "Message",
    "Person",
    "SandboxClient",
    "SandboxRefused",
    "SandboxServer",
]
