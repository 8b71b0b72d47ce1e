/** Text with Telegram's entities as elements. Offsets count UTF-16 units, which is how this language counts too. */

import { h, iconButton } from "./dom.js";
import { clock, dayName, t } from "./words.js";

const SAFE = new Set(["http:", "https:", "tg:", "mailto:", "tel:"]);
const BLOCKS = new Set(["pre", "blockquote", "expandable_blockquote"]);
const QUOTE_LINES = 3;
const QUOTE_LENGTH = 160;

/**
 * A fragment of `text` formatted by `entities`. What is pressed inside is told to `actions`:
 * `link(url, event)`, `command(text)`, `mention(username)`, `user(user)`, `copy(text)`.
 */
export function richText(text, entities, actions) {
  const sorted = [...(entities ?? [])]
    .filter(({ offset, length }) => offset >= 0 && length > 0 && offset + length <= text.length)
    .map((entity) => ({ ...entity, end: entity.offset + entity.length }))
    .sort((a, b) => a.offset - b.offset || b.end - a.end);
  return span(text, 0, text.length, sorted, actions);
}

/** The part from `start` to `end`; an entity that sticks out of the part before it goes on after that part. */
function span(text, start, end, entities, actions) {
  const fragment = document.createDocumentFragment();
  const queue = [...entities];
  let at = start;
  while (queue.length > 0) {
    const entity = queue.shift();
    if (entity.offset > at) fragment.append(text.slice(at, entity.offset));
    const inside = [];
    const after = [];
    for (const other of queue) {
      if (other.offset < entity.end) inside.push({ ...other, end: Math.min(other.end, entity.end) });
      if (other.end > entity.end) after.push({ ...other, offset: Math.max(other.offset, entity.end) });
    }
    const content = span(text, entity.offset, entity.end, inside, actions);
    fragment.append(wrap(entity, content, text.slice(entity.offset, entity.end), actions));
    queue.splice(0, queue.length, ...after);
    at = entity.end;
    // A block ends its line by itself: the newline that follows would show as an empty one.
    if (BLOCKS.has(entity.type) && at < end && text[at] === "\n" && queue[0]?.offset !== at) at += 1;
  }
  if (at < end) fragment.append(text.slice(at, end));
  return fragment;
}

const TAGS = { bold: "strong", italic: "em", underline: "u", strikethrough: "s" };

function wrap(entity, content, plain, actions) {
  const { type } = entity;
  if (TAGS[type]) return h(TAGS[type], {}, content);
  switch (type) {
    case "spoiler":
      return spoiler(content);
    case "code":
      return code(content, plain, actions);
    case "pre":
      return block(content, plain, entity.language, actions);
    case "blockquote":
      return h("blockquote", {}, content);
    case "expandable_blockquote":
      return expandable(content, plain);
    case "url":
      return link(/^[a-z][a-z0-9+.-]*:/i.test(plain) ? plain : `https://${plain}`, content, actions);
    case "text_link":
      return link(entity.url, content, actions);
    case "email":
      return link(`mailto:${plain}`, content, actions);
    case "phone_number":
      return link(`tel:${plain.replace(/[^+\d]/g, "")}`, content, actions);
    case "bot_command":
      return inlineButton(content, () => actions.command(plain));
    case "mention":
      return inlineButton(content, () => actions.mention(plain.slice(1)), { role: "link" });
    case "text_mention":
      return inlineButton(content, () => actions.user(entity.user), { role: "link" });
    case "hashtag":
    case "cashtag":
      return h("span", { class: "tag" }, content);
    case "date_time":
      return moment(entity.unix_time, content);
    default:
      // A custom emoji shows its ordinary twin, and an unknown kind its text.
      return h("span", {}, content);
  }
}

function moment(seconds, content) {
  const datetime = new Date(seconds * 1000).toISOString();
  return h("time", { datetime, title: `${dayName(seconds)}, ${clock(seconds)}` }, content);
}

/** Whether an address is one at all, and of a scheme that a page may open. */
export function isSafe(url) {
  try {
    return SAFE.has(new URL(url).protocol);
  } catch {
    return false;
  }
}

/** An anchor, or plain text when the address must not be opened. */
function link(url, content, actions) {
  if (!isSafe(url)) return h("span", {}, content);
  const onclick = (event) => actions.link(url, event);
  return h("a", { href: url, target: "_blank", rel: "noopener noreferrer", title: url, onclick }, content);
}

/** Pressable words inside text: a real button would not wrap with its line. */
function inlineButton(content, press, { tag = "span", ...props } = {}) {
  const listeners = { onclick: press, onkeydown: byKey(press) };
  return h(tag, { class: "pressable", role: "button", tabindex: "0", ...props, ...listeners }, content);
}

const byKey = (press) => (event) => {
  if (event.key !== "Enter" && event.key !== " ") return;
  event.preventDefault();
  press(event);
};

function spoiler(content) {
  const props = { class: "spoiler", role: "button", tabindex: "0", "aria-label": t("spoiler") };
  const hidden = h("span", props, h("span", {}, content));
  const show = (event) => {
    if (!hidden.hasAttribute("role")) return;
    event.preventDefault();
    event.stopPropagation();
    for (const name of ["role", "tabindex", "aria-label"]) hidden.removeAttribute(name);
    hidden.classList.add("shown");
  };
  // Caught on the way down, or a link inside would open while it is still hidden.
  hidden.addEventListener("click", show, true);
  hidden.addEventListener("keydown", byKey(show));
  return hidden;
}

/** A press copies it: what a bot writes in this way is mostly meant for that. */
const code = (content, plain, actions) =>
  inlineButton(content, () => actions.copy(plain), { tag: "code", title: t("copyText") });

function block(content, plain, language, actions) {
  const copy = iconButton("copy", t("copyText"), () => actions.copy(plain), "pre-copy");
  const head = h("div", { class: "pre-head" }, h("span", { text: language ?? "" }), copy);
  return h("div", { class: "pre" }, head, h("pre", { dir: "ltr" }, content));
}

function expandable(content, plain) {
  const long = plain.split("\n").length > QUOTE_LINES || plain.length > QUOTE_LENGTH;
  const body = h("div", { class: "quote-body" }, content);
  if (!long) return h("blockquote", {}, body);
  const toggle = iconButton("down", t("more"), null, "quote-toggle");
  toggle.setAttribute("aria-expanded", "false");
  const quote = h("blockquote", { class: "folded" }, body, toggle);
  toggle.addEventListener("click", () => {
    const folded = quote.classList.toggle("folded");
    toggle.setAttribute("aria-expanded", String(!folded));
    toggle.setAttribute("aria-label", t(folded ? "more" : "less"));
  });
  return quote;
}
