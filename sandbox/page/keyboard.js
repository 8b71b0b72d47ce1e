/** Keyboards: the one under a message, and the one below the composer. */

import { isWaiting, meaning, press, say, followLink, switchInline, copy } from "./actions.js";
import { post } from "./api.js";
import { button, h, icon, said } from "./dom.js";
import { complain, toast } from "./overlays.js";
import { askToPay } from "./payment.js";
import { isSafe } from "./richtext.js";
import { emit, place, receiveAnswer, store } from "./store.js";
import { t } from "./words.js";

const STYLES = new Set(["danger", "success", "primary"]);

const styled = (base, { style }) => (STYLES.has(style) ? `${base} ${style}` : base);

/** The rows under a message; null when it has none. */
export function inlineKeyboard(message) {
  const rows = message.reply_markup?.inline_keyboard;
  if (!rows?.length) return null;
  return h("div", { class: "keys" }, keyRows(rows, (given) => inlineButton(message, given)));
}

const keyRows = (rows, build) => rows.map((row) => h("div", { class: "keys-row" }, row.map(build)));

function inlineButton(message, given) {
  const url = given.url ?? given.login_url?.url ?? given.web_app?.url;
  // Telegram draws a star for the word, too.
  const label = said("span", given.pay ? given.text.replaceAll("XTR", "⭐") : given.text);
  const look = styled(given.pay ? "key pay" : "key", given);
  if (url !== undefined && isSafe(url)) {
    const outside = meaning(url) === null && icon("external");
    const onclick = (event) => followLink(url, event);
    return h("a", { class: look, href: url, target: "_blank", rel: "noopener noreferrer", onclick }, label, outside);
  }
  const spinner = h("span", { class: "spinner", "aria-hidden": "true" });
  const onclick = () => pressInline(message, given);
  const key = button({ class: look, disabled: Boolean(given.disabled), onclick }, label, spinner);
  if (given.callback_data !== undefined) {
    key.dataset.data = given.callback_data;
    key.setAttribute("aria-busy", String(isWaiting(message, given.callback_data)));
  }
  return key;
}

function pressInline(message, given) {
  const here = given.switch_inline_query_current_chat;
  const elsewhere = given.switch_inline_query ?? given.switch_inline_query_chosen_chat;
  if (given.callback_data !== undefined) press(message, given.callback_data);
  else if (given.pay) askToPay(message);
  else if (here !== undefined) emit("compose", `@${store.bot.username} ${here}`);
  else if (elsewhere !== undefined) switchInline(elsewhere.query ?? String(elsewhere));
  else if (given.copy_text) copy(given.copy_text.text);
  else toast(t("notHere"));
}

/** Marks the buttons of a shown message that wait for the bot, and unmarks the others. */
export function showWaiting(element, message) {
  for (const key of element.querySelectorAll(".key[data-data]")) {
    key.setAttribute("aria-busy", String(isWaiting(message, key.dataset.data)));
  }
}

/**
 * What the bot last asked of a person in a chat: {message, markup} with a reply keyboard or a forced reply, or null.
 * A selective one counts only for those who were mentioned or answered.
 */
export function lastAsked(messages, user) {
  for (let at = messages.length - 1; at >= 0; at -= 1) {
    const { from, reply_markup: markup } = messages[at];
    if (!from?.is_bot || !markup || markup.inline_keyboard) continue;
    if (markup.selective && !concerns(messages[at], user)) continue;
    return markup.remove_keyboard ? null : { message: messages[at], markup };
  }
  return null;
}

function concerns(message, user) {
  if (message.reply_to_message?.from?.id === user.id) return true;
  const named = user.username && message.text?.toLowerCase().includes(`@${user.username.toLowerCase()}`);
  return Boolean(named) || (message.entities ?? []).some((entity) => entity.user?.id === user.id);
}

/** The rows below the composer; `done()` is called after a press. */
export function replyKeyboard(markup, done) {
  const props = { class: markup.resize_keyboard ? "reply-keys" : "reply-keys tall", role: "group" };
  const rows = keyRows(markup.keyboard, (given) => replyButton(given, done));
  return h("div", { ...props, "aria-label": t("keyboard") }, rows);
}

/** `shorthand` may be a mere text. */
function replyButton(shorthand, done) {
  const given = typeof shorthand === "string" ? { text: shorthand } : shorthand;
  const onclick = () => pressReply(given).then(done, complain);
  return button({ class: styled("reply-key", given), onclick }, said("span", given.text));
}

async function pressReply(given) {
  const kind = given.request_contact ? "contact" : given.request_location ? "location" : null;
  if (kind) receiveAnswer((await post("send_other", { ...place(), kind })).message);
  else if (Object.keys(given).some((name) => name.startsWith("request_") || name === "web_app")) toast(t("notHere"));
  else await say(given.text);
}
