/** Scripting faults: a small form, and those that wait for their calls. */

import { get, post, remove } from "./api.js";
import { button, byId, h, iconButton } from "./dom.js";
import { complain } from "./overlays.js";
import { t } from "./words.js";

const RENEW_MS = 3000;
const KINDS = [
  "too_many_requests", "server_error", "cut", "slow", "bad_request", "blocked", "deactivated", "kicked", "migrated",
  "lost_update", "doubled_update",
];
const OF_UPDATES = new Set(["lost_update", "doubled_update"]);
const WITH_WHEN = new Set(["server_error", "cut", "slow"]);
/** The one field that is a kind's own. */
const OWN = { too_many_requests: "retry_after", slow: "seconds", bad_request: "description", doubled_update: "copies" };
const METHODS = [
  "sendMessage", "sendPhoto", "sendDocument", "sendMediaGroup", "sendInvoice", "send*", "editMessageText", "edit*",
  "deleteMessage", "answerCallbackQuery", "answerPreCheckoutQuery", "refundStarPayment", "getStarTransactions",
  "getUpdates",
];
const UPDATES = [
  "message", "edited_message", "callback_query", "inline_query", "pre_checkout_query", "successful_payment",
  "refunded_payment", "my_chat_member",
];

let world = null;
let faults = null;
/** What stands in the form; it outlives a change of kind or language. */
const form = {
  kind: "too_many_requests",
  method: "",
  update: "",
  chat_id: "",
  times: "1",
  when: "before",
  retry_after: "5",
  seconds: "3",
  description: "Bad Request: PHOTO_INVALID_DIMENSIONS",
  copies: "1",
  chance: "100",
  skip: "0",
};

/** Begins, or takes in a world that has changed. */
export function startFaults(loaded) {
  if (!world) {
    setInterval(() => document.visibilityState === "visible" && renewFaults(), RENEW_MS);
    byId("fault-form").addEventListener("submit", add);
    byId("clear-faults").addEventListener("click", () => change(remove("faults")));
  }
  world = loaded;
  showForm();
  renewFaults();
}

export function showFaults() {
  if (!faults) return;
  showForm();
  showScripted();
}

export const renewFaults = () => get("faults").then(take, () => {});

function take(found) {
  if (JSON.stringify(found) === JSON.stringify(faults)) return;
  faults = found;
  showScripted();
}

const change = (answer) => answer.then(take, complain);

function add(event) {
  event.preventDefault();
  post("faults", scriptedForm()).then(renewFaults, complain);
}

/** The form as the sandbox wants to hear it: what the kind has no use for is left out. */
function scriptedForm() {
  const { kind } = form;
  const fault = { kind, times: form.times === "" ? null : Number(form.times), skip: Number(form.skip) };
  fault.probability = Number(form.chance) / 100;
  if (form.chat_id) fault.chat_id = Number(form.chat_id);
  if (OF_UPDATES.has(kind)) fault.update = form.update;
  else fault.method = form.method;
  if (WITH_WHEN.has(kind)) fault.when = form.when;
  const own = OWN[kind];
  if (own) fault[own] = own === "description" ? form[own] : Number(form[own]);
  return fault;
}

function showForm() {
  const { kind } = form;
  const ofUpdates = OF_UPDATES.has(kind);
  const fields = [
    choice("kind", KINDS.map((one) => [one, t(`kind_${one}`)]), showForm),
    ofUpdates ? words("update", UPDATES, t("anyUpdate")) : words("method", METHODS, t("anyMethod")),
    choice("chat_id", [["", t("anyChat")], ...places()]),
    WITH_WHEN.has(kind) && choice("when", [["before", t("before")], ["after", t("after")]]),
    OWN[kind] && (OWN[kind] === "description" ? words("description", [], "") : count(OWN[kind])),
    h("div", { class: "pair" }, count("times", t("always")), count("chance")),
    count("skip"),
  ];
  byId("fault-form").replaceChildren(
    ...fields.filter(Boolean),
    h("button", { type: "submit", class: "primary", text: t("addFault") }),
  );
}

const places = () => [
  ...world.people.map(({ user }) => [String(user.id), user.first_name]),
  ...world.chats.filter((one) => one.title).map((one) => [String(one.id), one.title]),
];

/** A control with its name above it. */
function labelled(name, control) {
  control.id = `fault-${name}`;
  return h("div", { class: "field" }, h("label", { for: control.id, text: t(`field_${name}`) }), control);
}

function choice(name, options, then = () => {}) {
  const onchange = ({ target }) => {
    form[name] = target.value;
    then();
    // The form was drawn anew under the hand of whoever is choosing.
    byId(`fault-${name}`).focus();
  };
  const items = options.map(([value, label]) => h("option", { value, text: label, selected: form[name] === value }));
  return labelled(name, h("select", { onchange }, items));
}

function words(name, suggestions, placeholder) {
  const list = h("datalist", { id: `suggest-${name}` }, suggestions.map((value) => h("option", { value })));
  const props = { value: form[name], placeholder, list: list.id, autocomplete: "off", spellcheck: "false" };
  const field = labelled(name, h("input", { ...props, oninput: ({ target }) => (form[name] = target.value) }));
  field.append(list);
  return field;
}

function count(name, placeholder = "") {
  const step = name === "seconds" ? "any" : "1";
  const least = name === "skip" || name === "seconds" ? "0" : "1";
  const props = { type: "number", inputmode: "decimal", min: least, max: name === "chance" ? "100" : null, step };
  const oninput = ({ target }) => (form[name] = target.value);
  const required = name !== "times";
  return labelled(name, h("input", { ...props, value: form[name], placeholder, required, oninput }));
}

function showScripted() {
  byId("clear-faults").hidden = faults.faults.length === 0;
  const items = faults.faults.map((one) =>
    h(
      "li",
      {},
      h("span", { class: "scripted-words" }, h("b", { text: sentence(one) }), h("span", { text: condition(one) })),
      iconButton("close", t("removeFault"), () => change(remove(`faults/${one.id}`))),
    ),
  );
  byId("scripted").replaceChildren(...(items.length > 0 ? items : [h("li", { class: "none", text: t("noFaults") })]));
  const counted = Object.entries(faults.injected).map(([kind, times]) => `${t(`kind_${kind}`)}: ${times}`);
  byId("injected").textContent = counted.length > 0 ? `${t("injected")} ${counted.join(" · ")}` : "";
}

/** What happens. */
function sentence({ kind, when, retry_after: wait, seconds, copies, description }) {
  const own = {
    too_many_requests: t("waits", wait),
    slow: t("waits", seconds),
    doubled_update: `+${copies}`,
    bad_request: description,
  };
  const time = WITH_WHEN.has(kind) ? t(when) : null;
  return [t(`kind_${kind}`), own[kind], time].filter(Boolean).join(", ");
}

/** To what, and how often. */
function condition({ kind, method, update, chat_id: chatId, left, fired, probability, skip }) {
  const chat = chatId === null ? null : (Object.fromEntries(places())[String(chatId)] ?? String(chatId));
  const what = OF_UPDATES.has(kind) ? (update ?? t("anyUpdate")) : (method ?? t("anyMethod"));
  const often = left === null ? t("always") : t("timesLeft", left);
  const chance = probability < 1 ? `${Math.round(probability * 100)} %` : null;
  return [what, chat, skip > 0 && t("skips", skip), chance, often, t("fired", fired)].filter(Boolean).join(" · ");
}
