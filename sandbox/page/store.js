/** What the page knows of the sandbox's world. It changes only here, and says so to whoever listens. */

import { get } from "./api.js";
import { keep, recall } from "./keep.js";

const PAGE = 200;
const TYPING_MS = 5000;

export const store = {
  bot: null,
  /** Whether there is an invented TikTok beside, whose day can be turned. */
  hasTikTok: false,
  /** Person's id → {user, role, blocked, deactivated, stars}, in the sandbox's order. */
  people: new Map(),
  /** Chat's id → chat, in the sandbox's order. */
  chats: new Map(),
  personId: null,
  /** The open chat; null while only the list is open. */
  chatId: null,
  online: true,
};

const listeners = new Map();

/**
 * Calls `fn(detail)` on each change of a kind, until what it returns is called: "world", "place" (person or chat
 * chosen), "messages" {chat}, "typing" {chat}, "unread", "commands", "answered" {event}, "expired" {event}, "online",
 * "stars".
 */
export function on(kind, fn) {
  listeners.set(kind, [...(listeners.get(kind) ?? []), fn]);
  return () => listeners.set(kind, listeners.get(kind).filter((one) => one !== fn));
}

export function emit(kind, detail) {
  for (const fn of listeners.get(kind) ?? []) fn(detail);
}

/** The chosen person with all that the sandbox tells of them. */
export const account = () => store.people.get(store.personId) ?? null;
export const person = () => account()?.user ?? null;
export const chat = () => store.chats.get(store.chatId) ?? null;

/** Who acts where, as the sandbox wants to hear it. */
export const place = () => ({ person_id: store.personId, chat_id: store.chatId });

/** The chats a person sees: the private one with the bot first, then their groups. */
export function chatsOf(personId) {
  const seen = [...store.chats.values()].filter((one) => one.id === personId || one.members.includes(personId));
  return seen.sort((a, b) => Number(b.id === personId) - Number(a.id === personId));
}

export const isPrivate = (one) => one.type === "private";

/** A chat's name as a person sees it: a private chat is called after the bot. */
export const chatTitle = (one) => (isPrivate(one) ? store.bot.first_name : one.title);

/** Loads the world and every chat's messages; what is already shown stays and is brought up to date. */
export async function load() {
  await loadWorld();
  const open = chat();
  if (open) await loadMessages(open);
  await Promise.all([...store.chats.values()].filter((one) => one !== open).map((one) => loadMessages(one)));
}

async function loadWorld() {
  showWorld(await get("world"));
}

/** Takes in who and what is there. A group that became another one is left for its successor. */
function showWorld(world) {
  const open = chat();
  store.bot = world.bot;
  store.hasTikTok = world.has_tiktok;
  store.people = new Map(world.people.map((one) => [one.user.id, one]));
  store.chats = new Map(world.chats.map((one) => [one.id, Object.assign(store.chats.get(one.id) ?? newChat(), one)]));
  emit("world");
  const moved = open && !store.chats.has(open.id) && open.messages.findLast((one) => one.migrate_to_chat_id);
  if (moved) emit("go", { personId: store.personId, chatId: moved.migrate_to_chat_id });
}

/** The world as an event tells it: chats that were not there before are loaded. */
function receiveWorld(world) {
  showWorld(world);
  for (const one of store.chats.values()) if (!one.loaded) loadMessages(one).catch(() => {});
}

const newChat = () => ({
  members: [],
  messages: [],
  /** Ids of deleted messages: an answer to a call may come after the event that took its message away. */
  gone: new Set(),
  loaded: false,
  /** How many messages are asked for; grows when a person looks further back. */
  limit: PAGE,
  /** Whether there may be more before the first. */
  earlier: false,
  typing: null,
  /** Events that came while messages were on their way, to be repeated on top of them. */
  meanwhile: null,
});

/** Loads a chat's newest messages, keeping the very objects of those that did not change. */
export async function loadMessages(one) {
  if (one.meanwhile) return;
  one.meanwhile = [];
  try {
    const { messages } = await get(`chats/${one.id}/messages`, { limit: one.limit });
    const known = new Map(one.messages.map((message) => [message.message_id, message]));
    one.messages = messages.map((message) => unchanged(known.get(message.message_id), message));
    one.earlier = messages.length >= one.limit;
    one.loaded = true;
    one.gone.clear();
  } finally {
    const events = one.meanwhile;
    one.meanwhile = null;
    for (const event of events) applyMessage(one, event);
  }
  boundRead(one);
  emit("messages", { chat: one });
  emit("unread");
}

const unchanged = (old, fresh) => (old && JSON.stringify(old) === JSON.stringify(fresh) ? old : fresh);

export async function loadEarlier(one) {
  one.limit *= 2;
  await loadMessages(one);
}

/** Takes in one event of the stream. */
export function receive(event) {
  const { kind } = event;
  if (kind === "message" || kind === "edited" || kind === "deleted") receiveMessage(event);
  else if (kind === "typing") receiveTyping(event);
  else if (kind === "language") {
    const one = store.people.get(event.person_id);
    if (one) one.user.language_code = event.language_code;
    emit("commands");
  } else if (kind === "stars") {
    const one = store.people.get(event.person_id);
    if (one) one.stars = event.stars;
    emit("stars");
  } else if (kind === "world") receiveWorld(event.world);
  else if (kind === "reset") load().catch(() => {});
  else emit(kind, { event });
}

function receiveMessage(event) {
  const one = store.chats.get(event.chat_id);
  // A chat that the page does not know yet: somebody was added, or a group was made.
  if (!one) return void load().catch(() => {});
  one.meanwhile?.push(event);
  applyMessage(one, event);
  if (event.kind === "message" && event.message.from?.is_bot) one.typing = null;
  emit("messages", { chat: one });
  emit("unread");
}

function applyMessage(one, { kind, message, message_id: goneId }) {
  if (kind === "deleted") {
    one.gone.add(goneId);
    one.messages = one.messages.filter((old) => old.message_id !== goneId);
    return;
  }
  const at = one.messages.findIndex((old) => old.message_id === message.message_id);
  if (at >= 0) one.messages[at] = message;
  else if (kind === "message" && !one.gone.has(message.message_id)) insert(one, message);
}

function insert(one, message) {
  let at = one.messages.length;
  while (at > 0 && one.messages[at - 1].message_id > message.message_id) at -= 1;
  one.messages.splice(at, 0, message);
}

/** Shows a message that a call answered with, unless the stream was quicker. */
export function receiveAnswer(message) {
  const one = store.chats.get(message.chat.id);
  if (!one || one.messages.some((old) => old.message_id === message.message_id)) return;
  receiveMessage({ kind: "message", chat_id: one.id, message });
}

function receiveTyping({ chat_id: chatId, action }) {
  const one = store.chats.get(chatId);
  if (!one) return;
  const typing = { action };
  one.typing = typing;
  setTimeout(() => {
    if (one.typing !== typing) return;
    one.typing = null;
    emit("typing", { chat: one });
  }, TYPING_MS);
  emit("typing", { chat: one });
}

const readKey = (personId, chatId) => `read:${personId}:${chatId}`;
const lastId = (one) => one.messages.at(-1)?.message_id ?? 0;

/** The newest message a person has seen in a chat; what was there when the page first came counts as seen. */
function readUpTo(personId, one) {
  const kept = recall("session", readKey(personId, one.id));
  return kept === null ? Infinity : Number(kept);
}

/** After loading: a first visit has seen everything, and a sandbox that began anew counts from its own ids. */
function boundRead(one) {
  for (const id of store.people.keys()) {
    if (readUpTo(id, one) > lastId(one)) keep("session", readKey(id, one.id), lastId(one));
  }
}

/** Messages of others that a person has not seen, oldest first. */
export function unreadIn(personId, one) {
  const seen = readUpTo(personId, one);
  const news = [];
  for (let at = one.messages.length - 1; at >= 0 && one.messages[at].message_id > seen; at -= 1) {
    if (one.messages[at].from?.id !== personId) news.unshift(one.messages[at]);
  }
  return news;
}

export const unreadOf = (personId) => chatsOf(personId).reduce((sum, one) => sum + unreadIn(personId, one).length, 0);

export function markRead(personId, one) {
  if (!one.loaded || readUpTo(personId, one) === lastId(one)) return;
  keep("session", readKey(personId, one.id), lastId(one));
  emit("unread");
}
