/** The chat page of the sandbox: starts its parts, and keeps the address and the open chat the same. */

import { follow } from "./api.js";
import { startAttach } from "./attach.js";
import { invite, startComposer } from "./composer.js";
import { avatar, byId, fullName, h, icon, set } from "./dom.js";
import { complain } from "./overlays.js";
import { openPersonMenu } from "./personmenu.js";
import { startSidebar } from "./sidebar.js";
import { account, chat, chatTitle, chatsOf, emit, isPrivate, load, on, person, receive, store } from "./store.js";
import { startSuggest } from "./suggest.js";
import { startTimeline } from "./timeline.js";
import { doing, pageLanguage, switchLanguage, t } from "./words.js";

/** Person's id → the chat they were in last. */
const lastChat = new Map();

/** Room for one pane only. */
const NARROW = matchMedia("(max-width: 759px)");

/** The page's own words in what stands in the page from the beginning. */
function sayWords() {
  document.documentElement.lang = pageLanguage();
  for (const element of document.querySelectorAll("[data-text]")) element.textContent = t(element.dataset.text);
  for (const element of document.querySelectorAll("[data-label]")) {
    set(element, "aria-label", t(element.dataset.label));
    if (element.matches("button, label")) set(element, "title", t(element.dataset.label));
  }
}

/** "#1001/-100190000001" is a person in a chat, "#1001" a person's list of chats. */
function readAddress() {
  const [personId, chatId] = location.hash.slice(1).split("/").map(Number);
  const known = store.people.has(personId) ? personId : namedPerson();
  const open = chatsOf(known).some((one) => one.id === chatId) ? chatId : null;
  const listOnly = known === personId && location.hash === `#${personId}` && NARROW.matches;
  settle(known, listOnly ? null : (open ?? known));
}

function settle(personId, chatId) {
  if (personId === store.personId && chatId === store.chatId) return;
  store.personId = personId;
  store.chatId = store.chats.has(chatId) ? chatId : null;
  if (store.chatId !== null) lastChat.set(personId, store.chatId);
  byId("app").dataset.pane = store.chatId === null ? "list" : "chat";
  emit("place");
}

function go({ personId, chatId }) {
  const fromList = NARROW.matches && store.chatId === null;
  const hash = chatId === null ? `#${personId}` : `#${personId}/${chatId}`;
  history.pushState({ fromList }, "", location.pathname + location.search + hash);
  settle(personId, chatId);
}

/** Another person writes: in the chat where they were last, or, where only the list is seen, in none yet. */
function changePerson(personId) {
  const listOnly = NARROW.matches && store.chatId === null;
  go({ personId, chatId: listOnly ? null : (lastChat.get(personId) ?? personId) });
}

function back() {
  if (history.state?.fromList) return history.back();
  return go({ personId: store.personId, chatId: null });
}

/** The person of ?person=1001 in the page's address, or the first one. */
function namedPerson() {
  const id = Number(new URLSearchParams(location.search).get("person"));
  return store.people.has(id) ? id : [...store.people.keys()][0];
}

/** A start payload in the page's address, as of a deep link: ?person=1001&start=X. */
function acceptInvitation() {
  const payload = new URLSearchParams(location.search).get("start");
  if (payload === null) return;
  const personId = namedPerson();
  settle(personId, personId);
  invite(personId, payload);
}

/** Who the chat is with, and what they are doing. */
function showHead() {
  const one = chat();
  const user = person();
  if (!one || !user) return;
  const title = chatTitle(one);
  byId("head-face").replaceChildren(avatar(one.id, title, isPrivate(one) ? "bot" : "group"));
  byId("head-title").textContent = title;
  const language = h("span", { class: "person-language", text: (user.language_code ?? "–").slice(0, 2) });
  byId("person-menu").replaceChildren(avatar(user.id, fullName(user)), language);
  showStatus();
}

function showStatus() {
  const one = chat();
  if (!one) return;
  const who = isPrivate(one) ? "" : `${store.bot.first_name} `;
  const typing = one.typing && who + doing(one.typing);
  const status = byId("head-status");
  status.classList.toggle("typing", Boolean(typing));
  const members = () => t("members", one.members.length + Number(one.has_bot));
  status.textContent = typing || (isPrivate(one) ? privateStatus() : members());
}

const privateStatus = () => t(account().blocked ? "blockedStatus" : "bot");

function showOnline(open) {
  store.online = open;
  byId("offline").textContent = open ? "" : t("offline");
}

let begun = false;

/** Loads everything, at first and after each gap in the connection. */
async function renew(open) {
  showOnline(open);
  if (!open) return;
  try {
    await load();
  } catch (error) {
    complain(error);
  }
}

/** Once the world is known, the page goes where its address says. */
function begin() {
  if (begun && chat()) return showHead();
  begun = true;
  readAddress();
  return acceptInvitation();
}

function start() {
  sayWords();
  byId("language").addEventListener("click", () => {
    switchLanguage();
    sayWords();
    emit("words");
  });
  for (const button of document.querySelectorAll("[data-icon]")) button.append(icon(button.dataset.icon));
  for (const part of [startSuggest, startAttach, startSidebar, startTimeline, startComposer]) part();
  on("world", begin);
  for (const kind of ["place", "words", "commands"]) on(kind, showHead);
  for (const kind of ["typing", "messages"]) on(kind, showStatus);
  on("go", go);
  on("person", changePerson);
  on("started", () => history.replaceState(history.state, "", location.pathname + location.hash));
  byId("back").addEventListener("click", back);
  byId("person-menu").addEventListener("click", openPersonMenu);
  const reread = () => begun && readAddress();
  for (const event of ["popstate", "hashchange"]) addEventListener(event, reread);
  NARROW.addEventListener("change", reread);
  follow(receive, renew);
}

start();
