/** The bot's commands, offered while a person types "/" or asks for the menu. */

import { get } from "./api.js";
import { h } from "./dom.js";
import { complain } from "./overlays.js";
import { on, store } from "./store.js";
import { endSuggest, suggest } from "./suggest.js";
import { t } from "./words.js";

/** Person and chat → their commands, until the bot changes any. */
let known = new Map();
on("commands", () => (known = new Map()));

async function commands() {
  const key = `${store.personId}|${store.chatId}`;
  if (!known.has(key)) {
    const params = { chat_id: store.chatId, person_id: store.personId };
    known.set(key, get("commands", params).then((answer) => answer.commands));
    known.get(key).catch(() => known.delete(key));
  }
  return known.get(key);
}

const BEGUN = /^\/([a-z0-9_]*)$/i;

/** Whether a text is the beginning of a command and nothing else. */
export const isCommandBegun = (text) => BEGUN.test(text);

/**
 * Shows the commands that begin as `text` does. `choose(text)` gets the chosen one; `isCurrent()` says whether the
 * answer still matters; `always` shows the list even when it is empty.
 */
export async function suggestCommands(text, { choose, isCurrent, always = false }) {
  const begun = (BEGUN.exec(text)?.[1] ?? "").toLowerCase();
  let all;
  try {
    all = await commands();
  } catch (error) {
    return complain(error);
  }
  if (!isCurrent()) return undefined;
  const fitting = all.filter(({ command }) => command.startsWith(begun));
  if (fitting.length === 0 && !always) return endSuggest();
  const items = fitting.map(({ command, description }) => ({
    title: `/${command}`,
    line: description,
    art: h("span", { class: "slash", "aria-hidden": "true", text: "/" }),
    choose: () => choose(`/${command}`),
  }));
  return suggest(t("commands"), items, { hint: items.length === 0 ? t("noCommands") : null });
}
