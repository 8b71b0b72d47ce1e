/** What can be done with a message: by its own button, the other mouse button, a long touch or the keyboard. */

import { forward } from "./actions.js";
import { service } from "./media.js";
import { copy, menu, showJson } from "./overlays.js";
import { chat, emit, store } from "./store.js";
import { t } from "./words.js";

const LONG_TOUCH_MS = 500;
const STILL_PIXELS = 10;

/** Own written text can be changed; what came through a bot or carries a file cannot. */
export const isEditable = (message) =>
  message.from?.id === store.personId && message.text !== undefined && !message.via_bot;

export function messageMenu(log) {
  log.addEventListener("contextmenu", (event) => {
    const ownMenu = event.target.closest("a[href], video") || !getSelection().isCollapsed;
    if (ownMenu || !openAt(event.target, event.clientX, event.clientY)) return;
    event.preventDefault();
  });
  log.addEventListener("click", ({ target }) => {
    const button = target.closest(".more");
    if (!button) return;
    const { left, bottom } = button.getBoundingClientRect();
    openAt(button, left, bottom);
  });
  log.addEventListener("keydown", (event) => onKey(event, log));
  longTouch(log);
}

/** Some browsers have no contextmenu event for a long touch. */
function longTouch(log) {
  let timer = 0;
  let from = null;
  const stop = () => clearTimeout(timer);
  log.addEventListener("pointerdown", ({ pointerType, target, clientX: x, clientY: y }) => {
    stop();
    from = { x, y };
    if (pointerType !== "touch" || target.closest("a, button")) return;
    timer = setTimeout(() => openAt(target, x, y), LONG_TOUCH_MS);
  });
  log.addEventListener("pointermove", ({ clientX: x, clientY: y }) => {
    if (from && Math.hypot(x - from.x, y - from.y) > STILL_PIXELS) stop();
  });
  for (const name of ["pointerup", "pointercancel"]) log.addEventListener(name, stop);
  log.addEventListener("scroll", stop, { passive: true });
}

function openAt(target, x, y) {
  const id = Number(target.closest("[data-message]")?.dataset.message);
  const message = chat()?.messages.find((one) => one.message_id === id);
  if (!message) return false;
  const text = message.text ?? message.caption;
  const items = [
    { label: t("reply"), icon: "reply", act: () => emit("reply", message) },
    isEditable(message) && { label: t("edit"), icon: "edit", act: () => emit("edit", message) },
    service(message) === null && { label: t("forward"), icon: "forward", act: () => forward(message) },
    text && { label: t("copyText"), icon: "copy", act: () => copy(text) },
    { label: t("showJson"), icon: "json", act: () => showJson(t("message"), message) },
  ];
  menu(items.filter(Boolean), { x, y, label: t("actions") });
  return true;
}

/** Arrows walk through the messages; Enter opens the menu of the one that has the focus. */
function onKey(event, log) {
  const { target, key } = event;
  if (target !== log && !target.matches("article")) return;
  const articles = [...log.querySelectorAll("article")];
  const at = target === log ? articles.length : articles.indexOf(target);
  const to = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: articles.length - 1 }[key];
  if (to !== undefined) articles[Math.max(0, Math.min(to, articles.length - 1))]?.focus();
  else if (key === "Enter" && target !== log) {
    const { left, bottom } = target.querySelector(".bubble")?.getBoundingClientRect() ?? target.getBoundingClientRect();
    openAt(target, left, bottom);
  } else return;
  event.preventDefault();
}
