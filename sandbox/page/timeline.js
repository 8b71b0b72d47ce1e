/** The open chat's messages on the page: only what changed is touched, and the reader's place is kept. */

import { blocksOf, sameContent } from "./blocks.js";
import { bubble } from "./bubble.js";
import { avatar, button, byId, h, said } from "./dom.js";
import { showWaiting } from "./keyboard.js";
import { messageMenu } from "./messagemenu.js";
import { complain, toast } from "./overlays.js";
import { chat, isPrivate, loadEarlier, markRead, on, person, store, unreadIn } from "./store.js";
import { dayName, t } from "./words.js";

const NEAR_BOTTOM = 48;

let log, inner, newer;
/** Block's key → {block, element}, for what stands on the page now. */
let shown = new Map();
let unreadFrom = null;
/** Whether the newest message is kept in sight. */
let stuck = true;
let lastTop = 0;

export function startTimeline() {
  log = byId("log");
  inner = byId("log-inner");
  newer = byId("newer");
  log.addEventListener("scroll", onScroll, { passive: true });
  newer.addEventListener("click", () => toBottom("smooth"));
  const keepPlace = new ResizeObserver(() => {
    follow();
    if (stuck) toBottom();
    else showNewer();
  });
  keepPlace.observe(log);
  keepPlace.observe(inner);
  document.addEventListener("visibilitychange", read);
  messageMenu(log);
  on("place", open);
  on("world", () => shown.size === 0 && render());
  on("messages", ({ chat: one }) => one === chat() && render({ live: true }));
  on("pressed", showPressed);
  on("reveal", reveal);
  on("sent", () => toBottom());
  on("words", open);
}

/** Shows the chosen chat from its first unread message, or from its end. */
function open() {
  shown = new Map();
  inner.replaceChildren();
  stuck = true;
  const one = chat();
  const news = one ? unreadIn(store.personId, one) : [];
  unreadFrom = news[0]?.message_id ?? null;
  render();
  const mark = shown.get("unread")?.element;
  if (!mark) return toBottom();
  mark.scrollIntoView({ block: "start" });
  lastTop = Infinity;
  onScroll();
}

function render({ live = false } = {}) {
  const one = chat();
  if (!one) return;
  // The event that tells of a scroll may come after the message that came after the scroll.
  if (live) follow();
  const was = shown.size;
  const blocks = one.messages.length > 0 ? blocksOf(one.messages, { group: !isPrivate(one), unreadFrom }) : [];
  reconcile([...topBlock(one), ...blocks], live && was > 1);
  if (stuck) toBottom();
  showNewer();
  read();
}

/** What stands above or instead of messages. */
function topBlock(one) {
  if (!one.loaded) return [{ key: "loading", kind: "loading" }];
  if (one.messages.length === 0) return [{ key: `empty-${one.id}`, kind: "empty" }];
  return one.earlier ? [{ key: "earlier", kind: "earlier" }] : [];
}

/** Makes the page show `blocks`, keeping every element whose content is the same. */
function reconcile(blocks, animated) {
  const next = new Map();
  let cursor = inner.firstElementChild;
  for (const block of blocks) {
    const old = shown.get(block.key);
    const element = old && sameContent(old.block, block) ? old.element : build(block);
    if (old && old.element !== element) {
      if (cursor === old.element) cursor = element;
      swap(old.element, element);
    }
    if (block.kind === "message") for (const name of ["first", "last"]) element.classList.toggle(name, block[name]);
    if (!old && animated) element.classList.add("fresh");
    if (element === cursor) cursor = cursor.nextElementSibling;
    else inner.insertBefore(element, cursor);
    next.set(block.key, { block, element });
  }
  for (const [key, { element }] of shown) if (!next.has(key)) element.remove();
  shown = next;
}

const BUILDERS = {
  day: ({ date }) => h("div", { class: "day" }, h("span", { text: dayName(date) })),
  unread: () => h("div", { class: "unread-mark" }, h("span", { text: t("unreadMark") })),
  loading: () => h("p", { class: "hint", text: t("loading") }),
  earlier: () => button({ class: "earlier", text: t("earlier"), onclick: showEarlier }),
  empty: () => emptyCard(chat()),
  message: bubble,
};

const build = (block) => BUILDERS[block.kind](block);

/** Puts older messages above; what was in sight stays where it was. */
async function showEarlier() {
  const fromEnd = log.scrollHeight - log.scrollTop;
  try {
    await loadEarlier(chat());
  } catch (error) {
    complain(error);
  }
  log.scrollTop = log.scrollHeight - fromEnd;
}

function emptyCard(one) {
  if (!isPrivate(one)) return h("p", { class: "hint", text: t("emptyGroup") });
  const { bot } = store;
  const own = bot.descriptions?.[person()?.language_code];
  const about = own ?? bot.description ?? bot.short_description ?? t("emptyBot");
  return h(
    "div",
    { class: "empty" },
    avatar(bot.id, bot.first_name, "bot"),
    said("h2", bot.first_name),
    h("h3", { text: t("emptyTitle") }),
    said("p", about),
  );
}

/** Replaces a message's element by its edited one; a keyboard's user stays where they were. */
function swap(old, element) {
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  old.replaceWith(element);
  if (!focused) return;
  const keys = focused.matches(".key") ? [...element.querySelectorAll(".key")] : [];
  const twin = keys.find((key) => key.textContent === focused.textContent) ?? keys[0] ?? element;
  twin.focus({ preventScroll: true });
}

function showPressed() {
  for (const { block, element } of shown.values()) {
    if (block.kind === "message" && block.messages[0].reply_markup) showWaiting(element, block.messages[0]);
  }
}

/** Only a person scrolls up: when the chat got shorter below its end, the end is still what they look at. */
function follow() {
  const atBottom = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_BOTTOM;
  if (atBottom) stuck = true;
  else if (log.scrollTop < lastTop) stuck = false;
  lastTop = log.scrollTop;
}

function onScroll() {
  follow();
  showNewer();
  read();
}

function toBottom(behavior = "instant") {
  stuck = true;
  log.scrollTo({ top: log.scrollHeight, behavior });
  // The event that tells of it comes later, and may then tell of a person's scrolling up as well.
  lastTop = log.scrollTop;
  showNewer();
  read();
}

/** The way down: there while the newest message is out of sight, with the number of unread ones. */
function showNewer() {
  const one = chat();
  newer.hidden = stuck || !one;
  const unread = one ? unreadIn(store.personId, one).length : 0;
  newer.querySelector(".badge").textContent = unread > 0 ? String(unread) : "";
}

/** What is in sight counts as read. */
function read() {
  const one = chat();
  if (one && stuck && document.visibilityState === "visible") markRead(store.personId, one);
}

function reveal(messageId) {
  const element = inner.querySelector(`[data-message="${Number(messageId)}"]`);
  if (!element) return toast(t("deletedMessage"));
  element.scrollIntoView({ block: "center", behavior: "smooth" });
  element.classList.remove("flash");
  // Reading a size makes the browser forget the finished animation, so that it can run again.
  void element.offsetWidth;
  element.classList.add("flash");
}
