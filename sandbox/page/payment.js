/** Paying an invoice: the question with the price and the person's balance, and what came of it. */

import { post } from "./api.js";
import { button, h, said, set } from "./dom.js";
import { closeButton, complain, dialog, toast } from "./overlays.js";
import { account, on, receiveAnswer, store } from "./store.js";
import { price, t } from "./words.js";

/** How many Stars one buys at a time here. */
export const TOP_UP = 1000;

const stars = (amount) => price(amount, "XTR");

/** Asks before it pays; closes with the answer, which is told in a toast. */
export function askToPay(message) {
  const place = { person_id: store.personId, chat_id: message.chat.id, message_id: message.message_id };
  const { title, description, total_amount: amount } = message.invoice;
  const sums = h("dl", { class: "sums" });
  const act = button({ class: "primary" });
  const cancel = button({ class: "quiet", text: t("cancel"), onclick: () => box.close() });
  const head = h("header", {}, h("h2", { text: t("payment") }), closeButton());
  const star = h("span", { class: "pay-star", "aria-hidden": "true", text: "⭐" });
  const box = dialog("payment", t("payment"), head, star, said("h3", title), said("p", description), sums, act, cancel);
  const forget = on("stars", () => showSums(sums, act, amount));
  box.addEventListener("close", forget);
  act.addEventListener("click", () => {
    if (account().stars < amount) return topUp().catch(complain);
    forget();
    return pay(place, { box, act, cancel });
  });
  showSums(sums, act, amount);
  act.focus();
}

/** What is to be paid and what there is; with too little, the button buys more instead. */
function showSums(sums, act, amount) {
  const { user, stars: has } = account();
  const enough = has >= amount;
  const last = enough ? [t("remains"), has - amount] : [t("missing"), amount - has];
  const lines = [[t("toPay"), amount], [t("has", user.first_name), has], last];
  const rows = lines.map(([name, sum]) => h("div", {}, h("dt", { text: name }), h("dd", { text: stars(sum) })));
  rows[2].classList.toggle("short", !enough);
  sums.replaceChildren(...rows);
  act.textContent = enough ? t("pay", stars(amount)) : t("topUp", stars(TOP_UP));
}

async function pay(place, { box, act, cancel }) {
  for (const key of [act, cancel]) set(key, "disabled", true);
  act.textContent = t("payWaits");
  try {
    const outcome = await post("pay", place);
    if (outcome.message) receiveAnswer(outcome.message);
    toast(told(outcome));
  } catch (error) {
    complain(error);
  }
  box.close();
}

function told({ status, message, error_message: why }) {
  if (status === "refused") return t("payRefused", why);
  if (status === "timed_out") return t("payTimedOut");
  return t("paid", stars(message.successful_payment.total_amount));
}

export const topUp = () => post("top_up", { person_id: store.personId, amount: TOP_UP });
