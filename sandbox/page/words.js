/** The page's language, and times, sizes and prices written in it. */

import { EN_CALLS, RU_CALLS } from "./callstexts.js";
import { keep, recall } from "./keep.js";
import { EN, RU } from "./texts.js";

const TEXTS = { ru: { ...RU, ...RU_CALLS }, en: { ...EN, ...EN_CALLS } };
const KEPT = "page-language";
const chosen = recall("local", KEPT);
let language = ["ru", "en"].includes(chosen) ? chosen : navigator.language.toLowerCase().startsWith("ru") ? "ru" : "en";

/** A text by its key; keys with facts are functions of them. */
export function t(key, ...facts) {
  const entry = TEXTS[language][key];
  return typeof entry === "function" ? entry(...facts) : entry;
}

/** What a chat action says; an unknown one counts as typing. */
export const doing = ({ action }) => t(action) ?? t("typing");

export const pageLanguage = () => language;

export function switchLanguage() {
  language = language === "ru" ? "en" : "ru";
  keep("local", KEPT, language);
}

/** Hours and minutes of a Unix time in seconds. */
export const clock = (seconds) =>
  new Date(seconds * 1000).toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

/** The same with seconds, of a time as the sandbox writes it. */
export const exactClock = (iso) =>
  new Date(iso).toLocaleTimeString(language, { timeStyle: "medium", hourCycle: "h23" });

/** A key that is equal for two times of the same local day. */
export const dayKey = (seconds) => new Date(seconds * 1000).toDateString();

export function dayName(seconds) {
  const day = new Date(seconds * 1000);
  const now = new Date();
  if (day.toDateString() === now.toDateString()) return t("today");
  const before = new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1);
  if (day.toDateString() === before.toDateString()) return t("yesterday");
  const year = day.getFullYear() === now.getFullYear() ? undefined : "numeric";
  return day.toLocaleDateString(language, { day: "numeric", month: "long", year });
}

/** A day of a time as the sandbox writes it, in full. */
export const longDay = (iso) =>
  new Date(iso).toLocaleDateString(language, { day: "numeric", month: "long", year: "numeric" });

/** The time for a chat list: the clock today, the day before that. */
export function shortTime(seconds) {
  if (dayKey(seconds) === new Date().toDateString()) return clock(seconds);
  return new Date(seconds * 1000).toLocaleDateString(language, { day: "numeric", month: "short" });
}

export function fileSize(bytes) {
  const step = bytes < 1000 ? 0 : bytes < 1_000_000 ? 1 : 2;
  const value = bytes / 1000 ** step;
  const format = new Intl.NumberFormat(language, { maximumFractionDigits: step === 0 || value >= 100 ? 0 : 1 });
  return `${format.format(value)}\u00a0${t("bytes")[step]}`;
}

export const duration = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

/** A price in the smallest units of its currency; Stars have no smaller unit. */
export const price = (amount, currency) =>
  currency === "XTR"
    ? t("stars", amount)
    : new Intl.NumberFormat(language, { style: "currency", currency }).format(amount / 100);
