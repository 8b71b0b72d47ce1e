/** The list above the composer: commands, or what the bot offers inline. The focus stays in the composer. */

import { byId, h, said, set } from "./dom.js";

let list, input;
let options = [];
let active = -1;

export function startSuggest() {
  list = byId("suggest");
  input = byId("input");
  // A press must not take the focus (and a phone's keyboard) away from the composer.
  list.addEventListener("mousedown", (event) => event.preventDefault());
}

export const isSuggesting = () => !list.hidden;

/**
 * Shows `items` ({title, line?, art?, choose}) under the name `label`, after an optional element `head`; with no items
 * the text `hint`. `grow()` is called when the end of the list comes into sight.
 */
export function suggest(label, items, { head, hint, grow } = {}) {
  active = -1;
  options = items.map((item, at) => option(item, at));
  const listed = h("div", { role: "listbox", "aria-label": label, id: "options" }, options);
  const parts = [head, hint && h("p", { class: "hint", text: hint }), items.length > 0 && listed];
  list.replaceChildren(...parts.filter(Boolean));
  list.hidden = false;
  list.scrollTop = 0;
  list.onscroll = grow ? () => list.scrollHeight - list.scrollTop - list.clientHeight < 60 && grow() : null;
  set(input, "aria-controls", "options");
  set(input, "aria-activedescendant", null);
}

/** Adds items at the end of the list. */
export function suggestMore(items) {
  const more = items.map((item, at) => option(item, options.length + at));
  options = [...options, ...more];
  list.querySelector("[role=listbox]").append(...more);
}

export function endSuggest() {
  list.hidden = true;
  list.replaceChildren();
  options = [];
  active = -1;
  set(input, "aria-controls", null);
  set(input, "aria-activedescendant", null);
}

function option({ title, line, art, choose }, at) {
  return h(
    "div",
    { class: "option", role: "option", id: `option-${at}`, "aria-selected": "false", onclick: choose },
    art,
    h("span", { class: "option-words" }, said("b", title), line && said("span", line)),
  );
}

/** Arrows choose, Enter and Tab take what is chosen, Escape closes. True when the key was for the list. */
export function suggestKey(event) {
  if (list.hidden) return false;
  if (event.key === "Escape") endSuggest();
  else if (event.key === "ArrowDown" || event.key === "ArrowUp") move(event.key === "ArrowDown" ? 1 : -1);
  else if ((event.key === "Enter" || event.key === "Tab") && active >= 0) options[active].click();
  else return false;
  event.preventDefault();
  return true;
}

function move(step) {
  if (options.length === 0) return;
  options[active]?.setAttribute("aria-selected", "false");
  active = active < 0 && step < 0 ? options.length - 1 : (active + step + options.length) % options.length;
  options[active].setAttribute("aria-selected", "true");
  options[active].scrollIntoView({ block: "nearest" });
  set(input, "aria-activedescendant", options[active].id);
}
