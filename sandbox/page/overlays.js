/** What lies over the page for a moment: toasts, alerts, menus, pictures. */

import { button, byId, h, icon, iconButton, said } from "./dom.js";
import { t } from "./words.js";

const SHORTEST_MS = 3500;
const MS_PER_CHARACTER = 60;

/** A note that goes by itself, the longer the text the later; a press takes it away. */
export function toast(text) {
  const box = byId("toasts");
  const note = h("div", { class: "toast", dir: "auto", text, onclick: () => note.remove() });
  box.append(note);
  while (box.children.length > 3) box.firstElementChild.remove();
  setTimeout(() => note.remove(), SHORTEST_MS + text.length * MS_PER_CHARACTER);
}

/** Says what a failed call said. */
export const complain = (error) => toast(error.message);

export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast(t("copied"));
  } catch {
    toast(t("copyFailed"));
  }
}

/** A dialog that is gone once closed; a press beside it closes it. */
export function dialog(kind, label, ...content) {
  const box = h("dialog", { class: `dialog ${kind}`, "aria-label": label }, ...content);
  box.addEventListener("click", (event) => event.target === box && box.close());
  box.addEventListener("close", () => box.remove());
  document.body.append(box);
  box.showModal();
  return box;
}

export const closeButton = () => iconButton("close", t("close"), ({ target }) => target.closest("dialog").close());

/** The answer to a press that insists on being read. */
export function showAlert(text) {
  const ok = button({ class: "primary", text: t("ok"), onclick: () => box.close() });
  const box = dialog("alert", text, said("p", text), ok);
  ok.focus();
}

export function showJson(title, value) {
  const text = JSON.stringify(value, null, 2);
  const head = h("header", {}, h("h2", { text: title }), copyButton(text), closeButton());
  dialog("json", title, head, h("pre", { dir: "ltr", tabindex: "0", text }));
}

const copyButton = (text) => iconButton("copy", t("copyText"), () => copy(text));

/** A list to choose one thing from: `choices` are {label, choose, art?}. */
export function choose(title, choices) {
  const list = choices.map(({ label, choose: chosen, art }) =>
    button({ class: "choice", onclick: () => (box.close(), chosen()) }, art, said("span", label)),
  );
  const box = dialog("choices", title, h("header", {}, h("h2", { text: title }), closeButton()), ...list);
}

/** Pictures in full: `pictures` are {url, name, caption}; arrows and presses at the sides walk through them. */
export function lightbox(pictures, start) {
  let at = start;
  const image = h("img", { alt: "" });
  const caption = h("figcaption", { dir: "auto" });
  const download = h("a", { class: "icon-button", "aria-label": t("download") }, icon("download"));
  const show = (step) => {
    at = (at + step + pictures.length) % pictures.length;
    image.src = pictures[at].url;
    image.alt = pictures[at].caption || t("photo");
    caption.textContent = pictures[at].caption ?? "";
    download.href = pictures[at].url;
    download.download = pictures[at].name;
  };
  const box = dialog("lightbox", t("photo"), h("header", {}, download, closeButton()), h("figure", {}, image, caption));
  box.addEventListener("keydown", ({ key }) => {
    if (key === "ArrowRight") show(1);
    if (key === "ArrowLeft") show(-1);
  });
  image.addEventListener("click", () => (pictures.length > 1 ? show(1) : box.close()));
  const figure = box.querySelector("figure");
  figure.addEventListener("click", ({ target }) => target === figure && box.close());
  show(0);
}

let openMenu = null;

/**
 * A menu at a point of the window. Items are {label, icon, act, danger?} or {label, checked, act} (one of several),
 * or {heading}. Focus goes in, arrows walk, and it goes back to where it was.
 */
export function menu(items, { x, y, label }) {
  openMenu?.close();
  const before = document.activeElement;
  const box = h("div", { class: "menu", role: "menu", "aria-label": label });
  const close = () => {
    box.remove();
    removeEventListener("pointerdown", outside, true);
    removeEventListener("resize", close);
    if (openMenu?.box === box) openMenu = null;
    if (document.activeElement === document.body) before?.focus({ preventScroll: true });
  };
  const outside = (event) => !box.contains(event.target) && close();
  box.append(...items.map((item) => menuItem(item, close)));
  box.addEventListener("keydown", (event) => menuKey(event, box, close));
  document.body.append(box);
  place(box, x, y);
  addEventListener("pointerdown", outside, true);
  addEventListener("resize", close);
  openMenu = { box, close };
  box.querySelector("button")?.focus({ preventScroll: true });
}

function menuItem({ heading, label, icon: art, checked, act, danger }, close) {
  if (heading) return h("div", { class: "menu-heading", role: "presentation", text: heading });
  const props = { tabindex: "-1", onclick: () => (close(), act()) };
  const name = h("span", { text: label });
  if (checked === undefined) return button({ ...props, role: "menuitem", class: danger && "danger" }, icon(art), name);
  const radio = h("span", { class: "radio" });
  return button({ ...props, role: "menuitemradio", "aria-checked": String(checked) }, radio, name);
}

function menuKey(event, box, close) {
  const buttons = [...box.querySelectorAll("button")];
  const at = buttons.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
  if (to !== undefined) buttons.at(to % buttons.length).focus();
  else if (event.key === "Escape" || event.key === "Tab") close();
  else return;
  event.preventDefault();
  event.stopPropagation();
}

/** Puts a box near a point, wholly inside the window. */
function place(box, x, y) {
  // Not the bounding rectangle: the box is still growing into its place.
  const { offsetWidth: width, offsetHeight: height } = box;
  const left = Math.min(x, innerWidth - width - 8);
  const top = y + height + 8 > innerHeight ? y - height : y;
  box.style.left = `${Math.max(8, left)}px`;
  box.style.top = `${Math.max(8, Math.min(top, innerHeight - height - 8))}px`;
}
