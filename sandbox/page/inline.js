/** Inline mode: "@bot something" in the composer asks the bot, and a chosen answer is sent by way of it. */

import { fileUrl, post } from "./api.js";
import { start } from "./actions.js";
import { avatar, button, debounced, h } from "./dom.js";
import { complain } from "./overlays.js";
import { place, receiveAnswer, store } from "./store.js";
import { suggest, suggestMore } from "./suggest.js";
import { t } from "./words.js";

const PAUSE_MS = 300;

/** Counts the questions: an answer to an older one is not shown. */
let asked = 0;

/** The query in a text that begins with the bot's name and a space; null in any other text. */
export function inlineQuery(text) {
  const name = `@${store.bot.username} `;
  return text.toLowerCase().startsWith(name.toLowerCase()) ? text.slice(name.length).trimStart() : null;
}

export function forgetInline() {
  asked += 1;
  ask.cancel();
}

/** Asks after a pause in typing; `done()` is called once a result was chosen. */
export const askInline = (query, done) => {
  forgetInline();
  ask(query, done, asked);
};

const ask = debounced(async (query, done, turn) => {
  suggest(t("inlineResults"), [], { hint: t("inlineWait") });
  try {
    const answer = await question(query, "");
    if (turn === asked) show(query, answer, done, turn);
  } catch (error) {
    if (turn === asked) suggest(t("inlineResults"), [], { hint: error.message });
  }
}, PAUSE_MS);

const question = (query, offset) => post("inline", { ...place(), query, offset });

function show(query, answer, done, turn) {
  let next = answer.next_offset;
  const items = (results) => results.map((result) => item(query, result, done));
  const grow = async () => {
    if (!next) return;
    const offset = next;
    next = "";
    const more = await question(query, offset).catch(complain);
    if (!more || turn !== asked) return;
    next = more.next_offset;
    suggestMore(items(more.results));
  };
  const hint = answer.results.length === 0 ? t("inlineEmpty") : null;
  suggest(t("inlineResults"), items(answer.results), { head: way(answer.button, done), hint, grow });
}

/** What the bot offers above its results: mostly a way into the private chat. */
function way(given, done) {
  if (!given?.start_parameter) return null;
  const press = () => {
    done();
    start(given.start_parameter);
  };
  return button({ class: "inline-button", onclick: press, text: given.text });
}

function item(query, result, done) {
  const title = result.title ?? result.caption ?? result.first_name ?? t(result.type) ?? t("message");
  const line = result.description ?? result.address ?? result.input_message_content?.message_text;
  return { title, line, art: art(result, title), choose: () => choose(query, result.id, done) };
}

/** A picture that the sandbox has; those of other hosts are not fetched, a coloured initial stands for them. */
function art(result, title) {
  if (result.photo_file_id) return h("img", { class: "option-art", src: fileUrl(result.photo_file_id), alt: "" });
  return avatar([...title].reduce((sum, character) => sum + character.codePointAt(0), 0), title, "result");
}

async function choose(query, id, done) {
  done();
  try {
    receiveAnswer((await post("choose", { ...place(), query, result_id: id })).message);
  } catch (error) {
    complain(error);
  }
}
