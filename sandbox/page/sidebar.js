/** The left side: who is writing, and their chats. */

import { avatar, button, byId, fullName, h, said, set } from "./dom.js";
import { summary } from "./media.js";
import { chatsOf, chatTitle, emit, isPrivate, on, person, store, unreadIn, unreadOf } from "./store.js";
import { doing, shortTime, t } from "./words.js";

/** Person's and chat's id → the elements that change. */
let people = new Map();
let chats = new Map();

export function startSidebar() {
  on("world", build);
  on("words", build);
  on("place", buildChats);
  on("messages", ({ chat: one }) => describe(one));
  on("typing", ({ chat: one }) => describe(one));
  on("unread", count);
}

function build() {
  people = new Map();
  byId("people").replaceChildren(...[...store.people.values()].map(({ user, role }) => personButton(user, role)));
  buildChats();
}

function personButton(user, role) {
  const name = fullName(user);
  const note = h("span", { class: "badge", id: `person-note-${user.id}` });
  const onclick = () => emit("person", user.id);
  const face = button(
    { class: "person", "aria-label": name, "aria-describedby": note.id, title: name, onclick },
    h("span", { class: "person-face" }, avatar(user.id, name), note),
    said("span", user.first_name, { class: "person-name" }),
    role === "operator" && h("span", { class: "person-role", text: t("operator") }),
  );
  people.set(user.id, { face, note });
  return face;
}

/** The list of the chosen person's chats. */
function buildChats() {
  for (const [id, { face }] of people) set(face, "aria-pressed", String(id === store.personId));
  const user = person();
  chats = new Map();
  if (!user) return;
  byId("chats-title").textContent = t("chatsOf", user.first_name);
  byId("chats").replaceChildren(...chatsOf(user.id).map((one) => chatButton(one)));
  for (const one of chatsOf(user.id)) describe(one);
  count();
}

function chatButton(one) {
  const title = chatTitle(one);
  const parts = {
    line: h("span", { class: "chat-line", id: `chat-line-${one.id}`, dir: "auto" }),
    time: h("time", { class: "chat-time" }),
    note: h("span", { class: "badge", id: `chat-note-${one.id}` }),
  };
  chats.set(one.id, parts);
  const about = `${parts.note.id} ${parts.line.id}`;
  const current = one.id === store.chatId ? "true" : null;
  const onclick = () => emit("go", { personId: store.personId, chatId: one.id });
  const item = button(
    { class: "chat-item", "aria-label": title, "aria-describedby": about, "aria-current": current, onclick },
    avatar(one.id, title, isPrivate(one) ? "bot" : "group"),
    h(
      "span",
      { class: "chat-words" },
      h("span", { class: "chat-top" }, said("b", title), parts.time),
      h("span", { class: "chat-bottom" }, parts.line, parts.note),
    ),
  );
  return h("li", {}, item);
}

/** The last message of a chat in one line, or who is typing there. */
function describe(one) {
  const parts = chats.get(one.id);
  if (!parts) return;
  const last = one.messages.at(-1);
  parts.line.classList.toggle("typing", one.typing !== null);
  parts.line.textContent = one.typing ? `${doing(one.typing)}…` : last ? lastWords(one, last) : t("noMessages");
  parts.time.textContent = last ? shortTime(last.date) : "";
}

function lastWords(one, message) {
  const text = summary(message).replace(/\s+/gu, " ").slice(0, 120);
  if (message.from?.id === store.personId) return `${t("you")}: ${text}`;
  return isPrivate(one) || !message.from ? text : `${message.from.first_name}: ${text}`;
}

/** Numbers of unread messages at people, at chats and in the window's title. */
function count() {
  for (const [id, { note }] of people) mark(note, unreadOf(id));
  for (const [id, { note }] of chats) mark(note, unreadIn(store.personId, store.chats.get(id)).length);
  const all = [...people.keys()].reduce((sum, id) => sum + unreadOf(id), 0);
  document.title = `${all > 0 ? `(${all}) ` : ""}${store.bot.first_name} · ${t("brand")}`;
}

function mark(note, unread) {
  note.textContent = unread === 0 ? "" : unread > 99 ? "99+" : String(unread);
  set(note, "aria-label", unread === 0 ? null : t("unread", unread));
}
