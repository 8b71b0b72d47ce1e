/** What a message carries besides text: pictures, files, sounds, places. */

import { fileUrl } from "./api.js";
import { button, fullName, h, icon, iconButton, said } from "./dom.js";
import { lightbox, toast } from "./overlays.js";
import { duration, fileSize, price, t } from "./words.js";

/** How each kind is built. Where a message has two, as a film that is a document too, the first counts. */
const BUILDERS = {
  photo: (message) => photo([message], 0),
  animation: (message) => film(message.animation, { loop: true, muted: true, autoplay: true }),
  video: (message) => film(message.video),
  video_note: (message) => film(message.video_note),
  document: (message) => documentCard(message.document),
  sticker: (message) => sticker(message.sticker),
  voice: ({ voice }) => sound(voice),
  audio: ({ audio }) => sound(audio, audio.title ?? audio.file_name ?? t("audio")),
  venue: (message) => card("location", message.venue.title, message.venue.address),
  location: ({ location }) => card("location", t("location"), coordinates(location)),
  contact: ({ contact }) => card("contact", fullName(contact), contact.phone_number),
  dice: ({ dice }) => h("div", { class: "dice" }, h("span", { text: dice.emoji }), h("b", { text: dice.value })),
  poll: ({ poll }) => pollCard(poll),
  invoice: ({ invoice }) => invoiceCard(invoice),
};

/** The kind of a message's content, or null for text alone and for service messages. */
export const mediaKind = (message) => Object.keys(BUILDERS).find((kind) => message[kind] !== undefined) ?? null;

export function media(message) {
  const kind = mediaKind(message);
  return kind && BUILDERS[kind](message);
}

const largest = (sizes) => sizes.reduce((best, size) => (size.width > best.width ? size : best));

/** One picture of a message or of an album; a press opens it, with its neighbours, in full. */
function photo(messages, at) {
  const size = largest(messages[at].photo);
  const spoiler = messages[at].has_media_spoiler;
  const { width, height } = size;
  const alt = messages[at].caption ?? "";
  const image = h("img", { src: fileUrl(size.file_id), alt, width, height, draggable: "false" });
  const open = () => {
    if (tile.classList.contains("veiled")) return tile.classList.remove("veiled");
    const shown = messages.filter((one) => one.photo);
    return lightbox(shown.map(picture), shown.indexOf(messages[at]));
  };
  const props = { class: spoiler ? "photo veiled" : "photo", "aria-label": t("openPhoto"), onclick: open };
  const shape = { "data-message": messages[at].message_id, "--ratio": width / height, "--width": `${width}px` };
  const tile = button({ ...props, ...shape }, image);
  return tile;
}

const picture = (message) => ({
  url: fileUrl(largest(message.photo).file_id),
  name: `photo-${message.message_id}.jpg`,
  caption: message.caption,
});

/** An album: pictures and films in a grid, files and sounds as a list. */
export function album(messages) {
  const tiles = messages.every((one) => one.photo || one.video);
  const parts = messages.map((one, at) => {
    if (one.photo) return photo(messages, at);
    const part = media(one);
    part?.setAttribute("data-message", one.message_id);
    return part;
  });
  const props = { class: tiles ? "album" : "pile", "data-count": messages.length };
  return h("div", { ...props, role: "group", "aria-label": t("album") }, parts);
}

function film({ file_id: id, width = 1, height = 1 }, props = {}) {
  const look = { class: "film", "aria-label": t("video"), "--ratio": width / height };
  return h("video", { ...look, src: fileUrl(id), controls: true, playsinline: true, preload: "metadata", ...props });
}

function documentCard({ file_id: id, file_name: name = t("document"), file_size: size }) {
  const label = t("downloadNamed", name);
  const props = { href: fileUrl(id), download: name, "aria-label": label, title: label };
  return card("file", name, size === undefined ? t("download") : fileSize(size), "a", props);
}

function card(art, title, line, tag = "div", props = {}) {
  const words = h("span", { class: "card-words" }, said("b", title), h("span", { text: line }));
  return h(tag, { class: "card", ...props }, h("span", { class: "card-art" }, icon(art)), words);
}

const coordinates = ({ latitude, longitude }) => `${latitude.toFixed(5)}, ${longitude.toFixed(5)}`;

function pollCard({ question, options }) {
  const answers = options.map((one) => said("li", one.text));
  return h("div", { class: "poll" }, said("b", question), h("ul", {}, answers));
}

function invoiceCard({ title, description, currency, total_amount: total }) {
  const sum = h("span", { class: "price", text: price(total, currency) });
  return h("div", { class: "invoice" }, said("b", title), said("p", description), sum);
}

/** The sticker's picture when a browser can show it, else its emoji. */
function sticker({ file_id: id, emoji = "🙂", is_animated: animated, is_video: film }) {
  const twin = h("div", { class: "sticker", role: "img", "aria-label": `${t("sticker")} ${emoji}`, text: emoji });
  if (animated || film) return twin;
  const image = h("img", { src: fileUrl(id), alt: "" });
  image.addEventListener("load", () => image.naturalWidth > 1 && twin.replaceChildren(image));
  return twin;
}

/** A play button, a piece of music's name or the bars of a voice, and the length. */
function sound({ file_id: id, duration: seconds = 0 }, name) {
  const audio = new Audio();
  audio.preload = "none";
  audio.src = fileUrl(id);
  const press = () => (audio.paused ? audio.play().catch(() => toast(t("noSound"))) : audio.pause());
  const key = iconButton("play", t("play"), press, "play");
  const show = (playing) => {
    key.replaceChildren(icon(playing ? "pause" : "play"));
    key.setAttribute("aria-label", t(playing ? "pause" : "play"));
  };
  audio.addEventListener("play", () => show(true));
  audio.addEventListener("pause", () => show(false));
  audio.addEventListener("ended", () => show(false));
  const words = name === undefined ? wave(id) : said("b", name);
  const length = h("span", { text: duration(seconds) });
  return h("div", { class: "sound" }, key, h("span", { class: "sound-words" }, words, length));
}

const wave = (seed) =>
  h("span", { class: "wave", "aria-hidden": "true" }, bars(seed).map((height) => h("i", { "--h": height })));

/** Heights that look like speech, always the same for one file. */
function bars(seed) {
  let state = [...seed].reduce((sum, character) => (sum * 31 + character.charCodeAt(0)) >>> 0, 7);
  return Array.from({ length: 28 }, () => {
    state = (state * 1664525 + 1013904223) >>> 0;
    return (0.25 + (state / 2 ** 32) * 0.75).toFixed(2);
  });
}

/** One line that stands for a message in a list, a quote or a notice. */
export function summary(message) {
  const text = message.text ?? message.caption;
  if (text) return text;
  const kind = mediaKind(message);
  if (kind === "sticker") return `${message.sticker.emoji ?? ""} ${t("sticker")}`.trim();
  if (kind === "document") return message.document.file_name ?? t("document");
  if (kind === "dice") return `${message.dice.emoji} ${message.dice.value}`;
  if (kind === "invoice") return `${t("invoice")}: ${message.invoice.title}`;
  const names = { animation: "video", video_note: "video", venue: "location" };
  return kind ? t(names[kind] ?? kind) : (service(message) ?? t("unknownKind"));
}

/** What a service message says, or null when it is not one that the page knows. */
export function service(message) {
  if (message.new_chat_members) return t("joined", message.new_chat_members.map(fullName).join(", "));
  if (message.left_chat_member) return t("left", fullName(message.left_chat_member));
  if (message.pinned_message) return t("pinned", summary(message.pinned_message));
  if (message.new_chat_title) return t("titled", message.new_chat_title);
  if (message.group_chat_created || message.supergroup_chat_created) return t("created");
  if (message.migrate_to_chat_id) return t("migratedTo");
  if (message.migrate_from_chat_id) return t("migratedFrom", message.migrate_from_chat_id);
  const paid = message.successful_payment;
  if (paid) return t("paid", price(paid.total_amount, paid.currency));
  const refunded = message.refunded_payment;
  if (refunded) return t("refunded", price(refunded.total_amount, refunded.currency));
  return null;
}
