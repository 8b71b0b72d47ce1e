/** The page of calls: what the bot asks of Telegram, live, beside the faults that it is to meet. */

import { follow, get } from "./api.js";
import { startFaults, showFaults, renewFaults } from "./callfaults.js";
import { button, byId, h, set } from "./dom.js";
import { complain } from "./overlays.js";
import { exactClock, pageLanguage, switchLanguage, t } from "./words.js";

const KEPT = 1000;
const SHOWN = 300;
const LINE = 160;

/** Newest last, as the sandbox numbers them. */
let calls = [];
let paused = false;
/** Numbers of calls whose details are open. */
const open = new Set();
/** Chat's id → its name. */
const chats = new Map();

const SORTS = {
  allCalls: () => true,
  refusedCalls: ({ status }) => status !== 200,
  spoiledCalls: ({ fault }) => fault !== null,
};
let sort = "allCalls";

function sayWords() {
  document.documentElement.lang = pageLanguage();
  document.title = `${t("calls")} · ${t("brand")}`;
  for (const element of document.querySelectorAll("[data-text]")) element.textContent = t(element.dataset.text);
  for (const element of document.querySelectorAll("[data-label]")) set(element, "aria-label", t(element.dataset.label));
  set(byId("filter"), "placeholder", t("filterCalls"));
  showPause();
  showSorts();
}

function showSorts() {
  const chips = Object.keys(SORTS).map((name) => {
    const onclick = () => {
      sort = name;
      showSorts();
      render();
    };
    return button({ class: "chip", "aria-pressed": String(name === sort), text: t(name), onclick });
  });
  byId("sorts").replaceChildren(...chips);
}

function showPause() {
  set(byId("pause"), "aria-pressed", String(paused));
  byId("pause").textContent = t(paused ? "resumeCalls" : "pauseCalls");
}

/** Whether a call has every word of the filter in its method, its parameters or its error. */
function fits(call, words) {
  if (!SORTS[sort](call)) return false;
  const { method, description, fault, parameters } = call;
  call.text ??= `${method} ${description ?? ""} ${fault ?? ""} ${JSON.stringify(parameters)}`.toLowerCase();
  return words.every((word) => call.text.includes(word));
}

function render() {
  const words = byId("filter").value.toLowerCase().split(/\s+/u).filter(Boolean);
  const found = calls.filter((call) => fits(call, words));
  byId("calls").replaceChildren(...found.slice(-SHOWN).reverse().map(row));
  byId("calls-empty").textContent = found.length > 0 ? "" : t(calls.length > 0 ? "nothingFits" : "noCalls");
  byId("calls-count").textContent = t("callsCount", found.length, calls.length);
}

let awaited = false;

/** Draws at most once a frame, however many calls come. */
function renderSoon() {
  if (awaited || paused) return;
  awaited = true;
  requestAnimationFrame(() => {
    awaited = false;
    render();
  });
}

function row(call) {
  const { number, method, status, milliseconds, fault, by_webhook: byWebhook } = call;
  const onclick = () => {
    if (!open.delete(number)) open.add(number);
    item.replaceWith(row(call));
    byId(`call-${number}`).focus();
  };
  const marks = [
    fault && h("span", { class: "mark fault", text: `⚡ ${t(`kind_${fault}`)}` }),
    byWebhook && h("span", { class: "mark", text: t("byWebhook") }),
  ];
  const head = button(
    { class: "call-head", id: `call-${number}`, "aria-expanded": String(open.has(number)), onclick },
    h("time", { text: exactClock(call.at), title: call.at }),
    h("span", { class: "call-method", text: method }),
    h("span", { class: "call-line", dir: "auto", text: oneLine(call) }),
    marks,
    h("span", { class: "call-ms", text: t("ms", milliseconds) }),
    h("span", { class: `status ${looks(status)}`, text: status === 0 ? t("cutStatus") : String(status) }),
  );
  const item = h("li", { class: "call" }, head, open.has(number) && details(call));
  return item;
}

const looks = (status) => (status === 200 ? "good" : status === 429 || status >= 500 || status === 0 ? "bad" : "poor");

/** What the call is about, in a line: where to, and its words. */
function oneLine({ parameters, description, status }) {
  if (status !== 200 && description) return description;
  const { chat_id: chatId, text, caption, title, ...rest } = parameters;
  const place = chats.get(Number(chatId)) ?? chatId;
  const plain = Object.values(rest).filter((value) => typeof value === "string");
  const words = text ?? caption ?? title ?? plain.join(" ");
  return [place, words].filter(Boolean).join(": ").replace(/\s+/gu, " ").slice(0, LINE);
}

function details({ parameters, description, status }) {
  const error = status !== 200 && description ? h("p", { class: "call-error", text: description }) : null;
  const text = JSON.stringify(parameters, null, 2);
  return h("div", { class: "call-details" }, error, h("pre", { dir: "ltr", tabindex: "0", text }));
}

function receive(call) {
  if (calls.length > 0 && call.number <= calls.at(-1).number) return;
  calls.push(call);
  if (calls.length > KEPT) calls = calls.slice(-KEPT);
  if (call.fault) renewFaults();
  renderSoon();
}

/** Loads everything, at first and after each gap in the connection. */
async function renew(linked) {
  byId("offline").textContent = linked ? "" : t("offline");
  if (!linked) return;
  try {
    const [world, found] = await Promise.all([get("world"), get("calls", { limit: KEPT })]);
    for (const { user } of world.people) chats.set(user.id, user.first_name);
    for (const one of world.chats) if (one.title) chats.set(one.id, one.title);
    calls = found.calls;
    startFaults(world);
    render();
  } catch (error) {
    complain(error);
  }
}

function start() {
  sayWords();
  byId("language").addEventListener("click", () => {
    switchLanguage();
    sayWords();
    showFaults();
    render();
  });
  byId("pause").addEventListener("click", () => {
    paused = !paused;
    showPause();
    if (!paused) render();
  });
  byId("filter").addEventListener("input", render);
  byId("sieve").addEventListener("submit", (event) => event.preventDefault());
  follow(receive, renew, "calls/events");
}

start();
