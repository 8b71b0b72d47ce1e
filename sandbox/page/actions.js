/** What a person does in the chat other than writing: pressing buttons, following links, starting the bot. */

import { post } from "./api.js";
import { avatar, fullName } from "./dom.js";
import { choose, complain, copy, showAlert, toast } from "./overlays.js";
import { isSafe } from "./richtext.js";
import { chatsOf, chatTitle, emit, isPrivate, on, place, receiveAnswer, store } from "./store.js";
import { t } from "./words.js";

const SPINNER_MS = 15_000;

/** Presses that wait for the bot: callback query's id → {key, timer}. */
const waiting = new Map();
/** Answers that came before the call told the press's id, newest last. */
const early = new Map();
const EARLY_KEPT = 50;
/** Button's key → how many of its presses wait. */
const pressed = new Map();

const buttonKey = (chatId, messageId, data) => `${store.personId}|${chatId}|${messageId}|${data}`;

/** Whether a press of this button still waits for the bot. */
export const isWaiting = (message, data) => pressed.has(buttonKey(message.chat.id, message.message_id, data));

function count(key, step) {
  const left = (pressed.get(key) ?? 0) + step;
  if (left > 0) pressed.set(key, left);
  else pressed.delete(key);
  emit("pressed");
}

/** Presses a callback button; other presses of it and of its neighbours may be under way. */
export async function press(message, data) {
  const key = buttonKey(message.chat.id, message.message_id, data);
  count(key, 1);
  try {
    const { callback_query_id: id } = await post("press", { ...place(), message_id: message.message_id, data });
    const timer = setTimeout(() => settle(id, () => toast(t("noAnswer"))), SPINNER_MS);
    waiting.set(id, { key, timer });
    if (early.has(id)) answer(early.get(id));
  } catch (error) {
    count(key, -1);
    complain(error);
  }
}

/** Ends the wait for one press and then does `then`; false when this page does not wait for it. */
function settle(id, then) {
  const press = waiting.get(id);
  if (!press) return false;
  waiting.delete(id);
  early.delete(id);
  clearTimeout(press.timer);
  count(press.key, -1);
  then();
  return true;
}

function answer(event) {
  const shown = settle(event.callback_query_id, () => {
    if (event.text) (event.show_alert ? showAlert : toast)(event.text);
    if (event.url) openAddress(event.url);
  });
  if (shown) return;
  early.set(event.callback_query_id, event);
  if (early.size > EARLY_KEPT) early.delete(early.keys().next().value);
}

on("answered", ({ event }) => answer(event));
on("expired", ({ event }) => settle(event.callback_query_id, () => {}));

/** Sends plain text, by default to the open chat as the person who is chosen. */
export async function say(text, replyTo, from = place()) {
  const body = { ...from, text };
  if (replyTo) body.reply_to_message_id = replyTo;
  receiveAnswer((await post("send", body)).message);
}

const toPrivateChat = () => emit("go", { personId: store.personId, chatId: store.personId });

/** Starts the bot in the private chat, with a payload when there is one, and goes there. */
export async function start(payload) {
  const body = { person_id: store.personId };
  if (payload) body.payload = payload;
  toPrivateChat();
  try {
    receiveAnswer((await post("start", body)).message);
  } catch (error) {
    complain(error);
  }
}

/** A command as pressed in a text; in a group it is said to this bot alone. */
export function command(text) {
  const alone = store.chatId > 0 || text.includes("@");
  say(alone ? text : `${text}@${store.bot.username}`).catch(complain);
}

export function mention(username) {
  const name = username.toLowerCase();
  if (name === store.bot.username.toLowerCase()) return toPrivateChat();
  const found = [...store.people.values()].find(({ user }) => user.username?.toLowerCase() === name);
  if (found) introduce(found.user);
}

const introduce = (user) => toast(t("thisIs", fullName(user) + (user.username ? ` (@${user.username})` : "")));

/** What an address means inside Telegram: {start}, {user}, {bot} or null when it belongs to a browser. */
export function meaning(url) {
  let parsed;
  try {
    parsed = new URL(url);
  } catch {
    return null;
  }
  const parameters = parsed.searchParams;
  if (parsed.protocol === "tg:") {
    if (parameters.has("id")) return { user: Number(parameters.get("id")) };
    return toBot(parameters.get("domain"), parameters);
  }
  const ours = ["t.me", "telegram.me", "telegram.dog"].includes(parsed.hostname);
  return ours ? toBot(parsed.pathname.slice(1), parameters) : null;
}

function toBot(name, parameters) {
  if (name?.toLowerCase() !== store.bot.username.toLowerCase()) return null;
  return parameters.has("start") ? { start: parameters.get("start") } : { bot: true };
}

/** A press on a link: what means something inside Telegram is done here, all else is left to the browser. */
export function followLink(url, event) {
  const inside = meaning(url);
  if (!inside) return;
  event.preventDefault();
  if (inside.start !== undefined) start(inside.start);
  else if (inside.bot) toPrivateChat();
  else {
    const known = store.people.get(inside.user)?.user;
    if (known) introduce(known);
  }
}

/** An address that the bot's answer asks to open. */
function openAddress(url) {
  const inside = meaning(url);
  if (inside?.start !== undefined) start(inside.start);
  else if (isSafe(url)) window.open(url, "_blank", "noopener,noreferrer");
}

/** Lets the person choose one of their chats; `then` gets it. */
function chooseChat(then) {
  const choices = chatsOf(store.personId).map((one) => ({
    label: chatTitle(one),
    art: avatar(one.id, chatTitle(one), isPrivate(one) ? "bot" : "group"),
    choose: () => then(one),
  }));
  choose(t("chooseChat"), choices);
}

/** Lets the person choose a chat, and begins an inline query there. */
export function switchInline(query) {
  chooseChat((one) => {
    emit("go", { personId: store.personId, chatId: one.id });
    emit("compose", `@${store.bot.username} ${query}`);
  });
}

/** Lets the person choose a chat, and passes the message on to it. */
export function forward(message) {
  const from = { person_id: store.personId, chat_id: message.chat.id, message_id: message.message_id };
  chooseChat(async (one) => {
    try {
      receiveAnswer((await post("forward", { ...from, to_chat_id: one.id })).message);
      if (one.id !== store.chatId) toast(t("forwardedTo", chatTitle(one)));
    } catch (error) {
      complain(error);
    }
  });
}

export { copy };
export const textActions = { link: followLink, command, mention, user: introduce, copy };
