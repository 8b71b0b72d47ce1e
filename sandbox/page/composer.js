/** Writing: the text field with what hangs on it (reply, edit, suggestions, the bot's keyboard), the start button. */

import { say, start } from "./actions.js";
import { post } from "./api.js";
import { hasFiles, sendFiles } from "./attach.js";
import { isCommandBegun, suggestCommands } from "./commands.js";
import { byId, fullName, h, icon, iconButton, said, set } from "./dom.js";
import { askInline, forgetInline, inlineQuery } from "./inline.js";
import { lastAsked, replyKeyboard } from "./keyboard.js";
import { summary } from "./media.js";
import { isEditable } from "./messagemenu.js";
import { complain } from "./overlays.js";
import { account, chat, emit, isPrivate, on, person, place, store } from "./store.js";
import { endSuggest, isSuggesting, suggestKey } from "./suggest.js";
import { t } from "./words.js";

const LONGEST = 4096;
const BLUR_MS = 150;

let input;
/** What was begun in each chat, by person and chat: {text, reply, edit}. */
const drafts = new Map();
let here = null;
let reply = null;
let edit = null;
/** Keyboards, by place and message, that a person folded away, or used once. */
const folded = new Set();
/** Forced replies, by place and message, that were taken up or waved away. */
const answered = new Set();
/** A deep link of the page's own address, to be confirmed: {personId, payload}. */
let invitation = null;

export function startComposer() {
  input = byId("input");
  byId("composer").addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  input.addEventListener("input", onInput);
  input.addEventListener("keydown", onKey);
  input.addEventListener("blur", () => setTimeout(endHelpElsewhere, BLUR_MS));
  byId("commands").addEventListener("click", toggleCommands);
  byId("keyboard").addEventListener("click", toggleKeyboard);
  byId("start").addEventListener("click", onStart);
  on("place", changePlace);
  on("messages", ({ chat: one }) => one === chat() && refresh());
  for (const kind of ["world", "files", "words"]) on(kind, refresh);
  on("reply", (message) => attach({ reply: message }));
  on("edit", (message) => attach({ edit: message }));
  on("compose", (text) => fill(text));
}

/** Offers to start the bot with a payload, as an opened deep link does. */
export function invite(personId, payload) {
  invitation = { personId, payload };
  refresh();
}

const askedKey = ({ message }) => `${placeKey()}|${message.message_id}`;
const placeKey = () => `${store.personId}|${store.chatId}`;

/** Puts away what was begun in one chat and takes up what was begun in another. */
function changePlace() {
  if (here) drafts.set(here, { text: input.value, reply, edit });
  here = placeKey();
  const draft = drafts.get(here);
  reply = draft?.reply ?? null;
  edit = draft?.edit ?? null;
  input.value = draft?.text ?? "";
  endHelp();
  grow();
  refresh();
  if (matchMedia("(pointer: fine)").matches && store.chatId !== null) input.focus({ preventScroll: true });
}

/** Brings everything around the text field up to date. */
function refresh() {
  const one = chat();
  if (!one || !store.bot) return;
  const asked = lastAsked(one.messages, person());
  takeUpForcedReply(one, asked);
  const invited = invitation?.personId === store.personId && isPrivate(one);
  const { blocked } = account();
  const starting = isPrivate(one) && (invited || blocked || (one.loaded && one.messages.length === 0));
  byId("start-bar").hidden = !starting;
  byId("composer").hidden = starting;
  const plain = t(blocked ? "restart" : "start");
  byId("start").textContent = invited && invitation.payload ? t("startWith", invitation.payload) : plain;
  showContext();
  showKeyboard(asked?.markup.keyboard && !starting ? asked : null);
  set(input, "placeholder", hasFiles() ? t("caption") : (placeholder(asked) ?? t("message")));
  set(input, "aria-label", t("message"));
  set(byId("send"), "aria-label", t(edit ? "save" : "send"));
  byId("composer").classList.toggle("ready", input.value.trim() !== "" || hasFiles());
}

/** The bot's own words for the empty field, as long as what it asked for is still open. */
const placeholder = (asked) =>
  asked && (asked.markup.keyboard || asked.message === reply) ? asked.markup.input_field_placeholder : null;

function takeUpForcedReply(one, asked) {
  if (!asked?.markup.force_reply || answered.has(askedKey(asked)) || one.messages.at(-1) !== asked.message) return;
  answered.add(askedKey(asked));
  reply = asked.message;
  edit = null;
}

/** The bar above the field that says what is answered or edited. */
function showContext() {
  const bar = byId("context");
  const about = edit ?? reply;
  bar.hidden = !about;
  if (!about) return bar.replaceChildren();
  const title = edit ? t("editing") : t("replying", about.from ? fullName(about.from) : "");
  const words = h("span", { class: "context-words" }, said("b", title), said("span", summary(about)));
  return bar.replaceChildren(icon(edit ? "edit" : "reply"), words, iconButton("close", t("cancel"), cancelContext));
}

function cancelContext() {
  if (edit) fill("");
  reply = null;
  edit = null;
  refresh();
  input.focus();
}

function attach({ reply: answeredOne = null, edit: editedOne = null }) {
  reply = answeredOne;
  edit = editedOne;
  if (edit) fill(edit.text);
  refresh();
  input.focus();
}

function fill(text) {
  input.value = text;
  input.focus();
  input.setSelectionRange(text.length, text.length);
  onInput();
}

function grow() {
  input.style.height = "auto";
  input.style.height = `${input.scrollHeight}px`;
}

function onInput() {
  grow();
  refresh();
  help();
}

/** Suggestions for what is being typed. */
function help() {
  const text = input.value;
  const query = inlineQuery(text);
  if (query !== null) return askInline(query, () => fill(""));
  forgetInline();
  if (isCommandBegun(text) && !edit) return offerCommands(text);
  return endSuggest();
}

const offerCommands = (text, always = false) =>
  suggestCommands(text, { always, choose: sayCommand, isCurrent: () => always || input.value === text });

function sayCommand(text) {
  fill("");
  endHelp();
  send(isPrivate(chat()) ? text : `${text}@${store.bot.username}`);
}

function endHelp() {
  forgetInline();
  endSuggest();
}

/** Suggestions go when another part of the page has the focus; another window is no reason. */
function endHelpElsewhere() {
  if (document.hasFocus() && document.activeElement !== input) endHelp();
}

function toggleCommands() {
  if (isSuggesting()) return endHelp();
  input.focus();
  return offerCommands("/", true);
}

function onKey(event) {
  if (event.isComposing || suggestKey(event)) return;
  if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    submit();
  } else if (event.key === "Escape" && (reply || edit)) cancelContext();
  else if (event.key === "ArrowUp" && input.value === "" && !edit) editLast(event);
}

function editLast(event) {
  const last = chat().messages.findLast(isEditable);
  if (!last) return;
  event.preventDefault();
  attach({ edit: last });
}

/** Sends, or saves the edit. What could not be sent comes back into the field. */
async function submit() {
  const text = input.value.trim();
  if (!text && !hasFiles()) return;
  const was = { text: input.value, reply, edit };
  const key = placeKey();
  const from = place();
  reply = null;
  edit = null;
  input.value = "";
  endHelp();
  grow();
  refresh();
  try {
    if (was.edit) await save(was.edit, text, from);
    else if (hasFiles()) await sendFiles(text);
    else for (const part of parts(text)) await say(part, was.reply?.message_id, from);
    emit("sent");
  } catch (error) {
    complain(error);
    bringBack(key, was);
  }
}

/** An edit that changes nothing is no edit. */
async function save(message, text, from) {
  if (text !== message.text) await post("edit", { ...from, message_id: message.message_id, text });
}

function bringBack(key, was) {
  if (key !== placeKey() || input.value !== "") return;
  reply = was.reply;
  edit = was.edit;
  fill(was.text);
}

const send = (text) => say(text).then(() => emit("sent"), complain);

/** A text longer than one message goes as several, cut between words where that is possible. */
function parts(text) {
  const cut = [];
  let rest = text;
  while (rest.length > LONGEST) {
    const space = Math.max(rest.lastIndexOf("\n", LONGEST), rest.lastIndexOf(" ", LONGEST));
    const at = space > LONGEST / 2 ? space : LONGEST;
    cut.push(rest.slice(0, at));
    rest = rest.slice(at).trimStart();
  }
  return [...cut, rest];
}

function onStart() {
  const payload = invitation?.personId === store.personId ? invitation.payload : "";
  invitation = null;
  emit("started");
  refresh();
  start(payload).then(() => input.focus());
}

/** The bot's keyboard below the field, unless it was folded. */
function showKeyboard(asked) {
  const box = byId("reply-keyboard");
  const button = byId("keyboard");
  const key = asked ? askedKey(asked) : "";
  const open = asked !== null && !folded.has(key);
  button.hidden = !asked || Boolean(asked.markup.is_persistent);
  set(button, "aria-expanded", String(open));
  box.hidden = !open;
  const wanted = open ? key : "";
  if (box.dataset.shown === wanted) return;
  box.dataset.shown = wanted;
  const used = () => {
    if (asked.markup.one_time_keyboard) folded.add(key);
    emit("sent");
    refresh();
  };
  box.replaceChildren(...(open ? [replyKeyboard(asked.markup, used)] : []));
}

function toggleKeyboard() {
  const key = askedKey(lastAsked(chat().messages, person()));
  if (!folded.delete(key)) folded.add(key);
  refresh();
}
