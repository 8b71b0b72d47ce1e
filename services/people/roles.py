"""Roles, and the one table of who may do what."""

from enum import Enum, IntEnum

from services.errors import UserError


class Role(IntEnum):
    """Each may do what those before it may. Owners are those in ADMIN_IDS; the others are given their role by them."""

    PERSON = 0
    SUPPORT = 1
    OPERATOR = 2
    OWNER = 3


class Right(Enum):
    """What is done in /admin."""

    LOOK_UP = "look up people, links and errors"
    SEE_HEALTH = "see how the platform fares"
    SILENCE_ALERTS = "silence and wake alerts"
    BAN = "ban and unban people"
    DISABLE_LINKS = "switch links off and on"
    BLOCK_HOSTS = "block hosts"
    CURATE_TOP = "choose whom the top lists"
    SEE_PAYMENTS = "look up orders and send guides again"
    ANSWER_QUESTIONS = "answer questions about payments"
    REFUND = "give Stars back"
    SELL = "make and end promo codes"
    SEE_TAKINGS = "see what was taken, and compare it with Telegram"
    SEE_ACTS = "see who did what"
    GIVE_ROLES = "give and take roles"


LEAST_ROLE = {
    Right.LOOK_UP: Role.SUPPORT,
    Right.SEE_HEALTH: Role.SUPPORT,
    Right.SILENCE_ALERTS: Role.SUPPORT,
    Right.BAN: Role.OPERATOR,
    Right.DISABLE_LINKS: Role.OPERATOR,
    Right.BLOCK_HOSTS: Role.OPERATOR,
    Right.CURATE_TOP: Role.OPERATOR,
    Right.SEE_PAYMENTS: Role.SUPPORT,
    Right.ANSWER_QUESTIONS: Role.SUPPORT,
    Right.REFUND: Role.OPERATOR,
    Right.SELL: Role.OPERATOR,
    Right.SEE_TAKINGS: Role.OPERATOR,
    Right.SEE_ACTS: Role.OPERATOR,
    Right.GIVE_ROLES: Role.OWNER,
}
# What the column people.role holds. Owners stand in the settings alone.
GIVEN = {Role.SUPPORT: "support", Role.OPERATOR: "operator"}


class NotAllowed(UserError):
    """The person's role does not carry ``right``: a button of somebody else, or forged."""

    def __init__(self, right: Right) -> None:
        super().__init__(right.value)
        self.right = right


def role_of(person_id: int, stored: str | None, owner_ids: frozenset[int]) -> Role:
    """A person's role: what the column people.role holds, or owner."""
    return Role.OWNER if person_id in owner_ids else given_role(stored)


def given_role(stored: str | None) -> Role:
    """The role of a value of the column people.role."""
    return next((role for role, name in GIVEN.items() if name == stored), Role.PERSON)
