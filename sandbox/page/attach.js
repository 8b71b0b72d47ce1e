/** Files on their way: chosen, dropped or pasted, shown above the composer, sent with what is written there. */

import { post, upload } from "./api.js";
import { byId, h, icon, iconButton, said } from "./dom.js";
import { complain, menu } from "./overlays.js";
import { emit, on, place, receiveAnswer } from "./store.js";
import { fileSize, t } from "./words.js";

/** What waits to be sent: {file, kind}. */
let pending = [];

export const hasFiles = () => pending.length > 0;

export function startAttach() {
  byId("attach").addEventListener("click", ({ currentTarget }) => openMenu(currentTarget));
  byId("pick-photo").addEventListener("change", picked("photo"));
  byId("pick-file").addEventListener("change", picked("document"));
  byId("input").addEventListener("paste", (event) => {
    if (event.clipboardData.files.length === 0) return;
    event.preventDefault();
    add(event.clipboardData.files);
  });
  dropZone(byId("chat"));
  on("place", () => clear());
  on("words", show);
}

const picked = (kind) => ({ target }) => {
  add(target.files, kind);
  target.value = "";
};

const kindOf = ({ type }) => (/^image\/(jpeg|png|webp)$/.test(type) ? "photo" : "document");

function add(files, kind) {
  pending = [...pending, ...[...files].map((file) => ({ file, kind: kind === "document" ? kind : kindOf(file) }))];
  show();
  byId("input").focus();
}

function clear() {
  pending = [];
  show();
}

/** The files as small cards, each with a way to take it back, and for pictures a way to send them untouched. */
function show() {
  const box = byId("files");
  box.hidden = pending.length === 0;
  box.replaceChildren(...pending.map((one) => chip(one)));
  emit("files");
}

function chip(one) {
  const remove = () => {
    pending = pending.filter((other) => other !== one);
    show();
  };
  const choose = ({ target }) => (one.kind = target.checked ? "document" : "photo");
  const raw = h("input", { type: "checkbox", onchange: choose });
  raw.checked = one.kind === "document";
  return h(
    "div",
    { class: "chip" },
    preview(one.file),
    h("span", { class: "chip-words" }, said("b", one.file.name), h("span", { text: fileSize(one.file.size) })),
    kindOf(one.file) === "photo" && h("label", { class: "raw" }, raw, t("asFile")),
    iconButton("close", t("removeFile"), remove),
  );
}

function preview(file) {
  if (kindOf(file) !== "photo") return h("span", { class: "card-art" }, icon("file"));
  const image = h("img", { class: "option-art", alt: "" });
  image.src = URL.createObjectURL(file);
  image.addEventListener("load", () => URL.revokeObjectURL(image.src), { once: true });
  return image;
}

/** Sends all that waits, the first with `caption`; what could not be sent stays and can be tried again. */
export async function sendFiles(caption) {
  const from = place();
  let words = caption;
  for (const one of pending) {
    const fields = { ...from, kind: one.kind };
    if (words) fields.caption = words;
    receiveAnswer((await upload("send_file", fields, one.file)).message);
    words = "";
    pending = pending.filter((other) => other !== one);
    show();
  }
}

function openMenu(button) {
  const { left, top } = button.getBoundingClientRect();
  const items = [
    { label: t("attachPhoto"), icon: "photo", act: () => byId("pick-photo").click() },
    { label: t("attachFile"), icon: "file", act: () => byId("pick-file").click() },
    ...["sticker", "voice", "location", "contact", "dice"].map((kind) => ({
      label: t(`send${kind[0].toUpperCase()}${kind.slice(1)}`),
      icon: kind === "voice" ? "mic" : kind,
      act: () => sendMadeUp(kind),
    })),
  ];
  menu(items, { x: left, y: top - 8, label: t("attach") });
}

async function sendMadeUp(kind) {
  try {
    receiveAnswer((await post("send_other", { ...place(), kind })).message);
    emit("sent");
  } catch (error) {
    complain(error);
  }
}

function dropZone(zone) {
  const carries = (event) => [...event.dataTransfer.types].includes("Files");
  zone.addEventListener("dragover", (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    zone.classList.add("dropping");
  });
  zone.addEventListener("dragleave", ({ relatedTarget }) => {
    if (!zone.contains(relatedTarget)) zone.classList.remove("dropping");
  });
  zone.addEventListener("drop", (event) => {
    zone.classList.remove("dropping");
    if (!carries(event)) return;
    event.preventDefault();
    add(event.dataTransfer.files);
  });
}
