"""What roles, acts and their subjects are called, in the language in use."""

from services.language import gettext as _
from services.language.formats import quoted, said
from services.operations import audit
from services.operations.audit import Act
from services.people import Role

MOST_ACTOR, MOST_REASON = 20, 80
# What a number is the number of.
SIGNS = {"person": "👤", "link": "🔗", "error": "⚠️ №", "alert": "🔔 №", "order": "🧾 №", "code": "", "stars": "⭐"}


def role_name(role: Role) -> str:
    return {
        Role.PERSON: _("no role"),
        Role.SUPPORT: _("support"),
        Role.OPERATOR: _("operator"),
        Role.OWNER: _("owner"),
    }[role]


def act_name(name: str) -> str:
    names = {
        audit.LOOK_UP: _("🔎 Look-up"),
        audit.BAN: _("🚫 Banned"),
        audit.UNBAN: _("👋 End of a ban"),
        audit.GIVE_ROLE: _("🛠 Role"),
        audit.DISABLE_LINK: _("⛔️ Link off"),
        audit.ENABLE_LINK: _("✅ Link on"),
        audit.DISABLE_LINKS: _("⛔️ All links off"),
        audit.BLOCK_HOST: _("⛔️ Host blocked"),
        audit.UNBLOCK_HOST: _("✅ Host allowed"),
        audit.ADD_TO_TOP: _("🏆 Added to the top"),
        audit.REMOVE_FROM_TOP: _("🏆 Off the top"),
        audit.KEEP_OUT_OF_TOP: _("🏆 Not for the top"),
        audit.SEND_GUIDE: _("📘 Guide sent again"),
        audit.REFUND_ORDER: _("↩️ Refund"),
        audit.SETTLE_ORDER: _("🤝 Settled outside"),
        audit.COMPARE_STARS: _("⭐ Compared with Telegram"),
        audit.MAKE_CODE: _("🎟 Code made"),
        audit.END_CODE: _("🎟 Code ended"),
        audit.ANSWER_QUESTION: _("💬 Answer"),
        audit.CLOSE_QUESTION: _("💬 Question closed"),
        audit.SILENCE_ALERT: _("🔕 Alert silenced"),
        audit.WAKE_ALERT: _("🔔 Alert woken"),
    }
    return names.get(name, quoted(name))


def actor_name(act: Act) -> str:
    if act.actor_id == audit.FORMER_OPERATOR:
        return _("a former operator")
    return said(act.actor or str(act.actor_id), MOST_ACTOR)


def subject_name(act: Act) -> str:
    """``person:1001`` → ``👤 1001``; a link by its slug where that is noted; a role and a reason behind it."""
    kind, _colon, subject = act.subject.partition(":")
    called = said(act.facts.get("slug") or subject)
    if act.subject == audit.ERASED_PERSON:
        called = _("erased")
    elif act.subject == audit.of_stars():
        called = _("ledger of Stars")
    shown = f"{SIGNS.get(kind, '')} {called}".strip() if kind != "tiktok" else said(f"@{subject}")
    if act.name == audit.GIVE_ROLE:
        shown += f" → {_given(act)}"
    if order := act.facts.get("order"):
        shown += " · " + _("order № {id}").format(id=order)
    if question := act.facts.get("question"):
        shown += " · " + _("question № {id}").format(id=question)
    reason = act.facts.get("reason")
    return f"{shown} — {said(reason, MOST_REASON)}" if reason else shown


def _given(act: Act) -> str:
    role = {"support": Role.SUPPORT, "operator": Role.OPERATOR}.get(act.facts.get("role") or "", Role.PERSON)
    return role_name(role)
