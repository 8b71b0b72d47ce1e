/** What the person who writes can do about themselves, the bot and the group. */

import { copy } from "./actions.js";
import { post } from "./api.js";
import { complain, menu, toast } from "./overlays.js";
import { topUp, TOP_UP } from "./payment.js";
import { account, chat, isPrivate, store } from "./store.js";
import { longDay, price, t } from "./words.js";

const LANGUAGES = { ru: "Русский", en: "English", de: "Deutsch", uk: "Українська" };

export function openPersonMenu({ currentTarget }) {
  const { right, bottom } = currentTarget.getBoundingClientRect();
  const items = [...languages(), ...money(), ...standing(), ...elsewhere()];
  menu(items, { x: right - 290, y: bottom + 4, label: t("personMenu") });
}

function languages() {
  const { user } = account();
  const choices = Object.entries(LANGUAGES).map(([code, label]) => ({
    label,
    checked: user.language_code === code,
    act: () => wish("language", { language_code: code }),
  }));
  return [{ heading: t("telegramLanguage") }, ...choices];
}

function money() {
  const { user, stars } = account();
  const heading = t("balance", user.first_name, price(stars, "XTR"));
  return [{ heading }, { label: t("topUp", price(TOP_UP, "XTR")), icon: "star", act: () => topUp().catch(complain) }];
}

/** How this person and the bot stand in the open chat. */
function standing() {
  const one = chat();
  const items = isPrivate(one) ? blocking() : belonging(one);
  return [{ heading: store.bot.first_name }, ...items];
}

function blocking() {
  if (account().blocked) return [{ label: t("unblock"), icon: "check", act: () => wish("unblock") }];
  return [{ label: t("block"), icon: "ban", danger: true, act: () => wish("block") }];
}

/** Only the sandbox knows who owns a group: it refuses what others wish for. */
function belonging({ id, has_bot: hasBot }) {
  const there = { chat_id: id };
  const migrate = { label: t("migrate"), icon: "forward", act: () => wish("migrate", there) };
  if (!hasBot) return [{ label: t("addBot"), icon: "add", act: () => wish("add_bot", there) }, migrate];
  return [migrate, { label: t("kickBot"), icon: "ban", danger: true, act: () => wish("kick_bot", there) }];
}

const elsewhere = () => [
  { heading: t("brand") },
  ...(store.hasTikTok ? [{ label: t("nextDay"), icon: "day", act: () => turnDay().catch(complain) }] : []),
  { label: t("calls"), icon: "calls", act: () => window.open("/calls", "_blank", "noopener") },
  { label: t("copyAddress"), icon: "copy", act: () => copy(location.href) },
];

/** The clock of all that is here goes on by a day: TikTok's numbers grow, and what is due tomorrow is due. */
async function turnDay() {
  const { now } = await post("tiktok/day", { days: 1 });
  toast(t("dayTurned", longDay(now)));
}

const wish = (path, more = {}) => post(path, { person_id: store.personId, ...more }).catch(complain);
