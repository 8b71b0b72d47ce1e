/** One message, or one album, as it stands in the chat. */

import { textActions } from "./actions.js";
import { avatar, button, fullName, h, icon, said } from "./dom.js";
import { inlineKeyboard } from "./keyboard.js";
import { album, media, mediaKind, service, summary } from "./media.js";
import { richText } from "./richtext.js";
import { emit, store } from "./store.js";
import { clock, t } from "./words.js";

const ONLY_EMOJI = /^(?:\p{Emoji_Presentation}|\p{Extended_Pictographic}\uFE0F?|\u200D|\p{Emoji_Modifier}|\s)+$/u;
const BIG_EMOJI = 3;
const LONGEST_JUMBO = 36;

/** An article for a block of the timeline: `messages` (several for an album) in a chat that is a `group` or not. */
export function bubble({ messages, group }) {
  const [message] = messages;
  const notice = service(message);
  const props = { tabindex: "-1", "data-message": message.message_id };
  if (notice) return h("article", { class: "notice", ...props }, said("span", notice));
  const own = message.from?.id === store.personId;
  const sender = message.from ?? message.sender_chat;
  const name = message.from ? fullName(message.from) : (message.sender_chat?.title ?? "");
  const faced = group && !own;
  const label = `${own ? t("you") : name}, ${clock(message.date)}`;
  return h(
    "article",
    { class: own ? "row own" : "row", "aria-label": label, ...props },
    faced && avatar(sender.id, name, message.from?.is_bot ? "bot" : "person"),
    h("div", { class: "stack" }, box(messages, faced ? { name, sender } : null), inlineKeyboard(message), more()),
  );
}

/** Only for pointers, so not read out in every message: with keys, the message itself opens its menu. */
const more = () => button({ class: "more", tabindex: "-1", "aria-hidden": "true", title: t("actions") }, icon("dots"));

function box(messages, named) {
  const [message] = messages;
  const captioned = captionOf(messages);
  const text = captioned.text ?? captioned.caption ?? "";
  const kind = messages.length > 1 ? "album" : mediaKind(message);
  const carried = messages.length > 1 ? album(messages) : media(message);
  const looks = [
    "bubble",
    kind && `with-${kind}`,
    text ? "worded" : "bare",
    isJumbo(captioned, text, kind) && "jumbo",
    messages.length > 1 && messages.every((one) => one.photo || one.video) && "with-tiles",
    captioned.show_caption_above_media && "caption-above",
  ];
  const head = [
    named && said("div", named.name, { class: `sender tint-text-${Math.abs(named.sender.id) % 7}` }),
    message.forward_origin && h("div", { class: "via", text: t("forwarded", originName(message.forward_origin)) }),
    message.via_bot && h("div", { class: "via", text: t("via", message.via_bot.username) }),
    quote(message),
  ];
  const formatted = richText(text, captioned.entities ?? captioned.caption_entities, textActions);
  const words = h("div", { class: "text", dir: "auto" }, formatted, reactions(message), meta(messages));
  const unknown = !text && !carried && h("div", { class: "unknown", text: t("unknownKind") });
  return h("div", { class: looks.filter(Boolean).join(" ") }, head, carried, unknown, words);
}

/** The message whose words stand under an album: its only caption; of several each belongs to its own picture. */
function captionOf(messages) {
  const captioned = messages.filter((one) => one.text ?? one.caption);
  return messages.length === 1 ? messages[0] : captioned.length === 1 ? captioned[0] : {};
}

function reactions({ reactions: given }) {
  if (!given?.length) return null;
  const label = `${t("reactions")}: ${given.join(" ")}`;
  const signs = given.map((one) => h("span", { text: one }));
  return h("span", { class: "reactions", role: "img", "aria-label": label }, signs);
}

/** A few emoji and nothing else are shown big. */
function isJumbo(message, text, kind) {
  if (kind || message.entities || text.length > LONGEST_JUMBO || !ONLY_EMOJI.test(text)) return false;
  return [...new Intl.Segmenter().segment(text.replace(/\s/gu, ""))].length <= BIG_EMOJI;
}

function originName({ sender_user: user, sender_user_name: name, chat, sender_chat: group }) {
  return user ? fullName(user) : (name ?? chat?.title ?? group?.title ?? "");
}

function meta(messages) {
  const [message] = messages;
  const edited = messages.some((one) => one.edit_date) && h("span", { class: "edited", text: t("edited") });
  const when = new Date(message.date * 1000);
  const time = { datetime: when.toISOString(), title: when.toLocaleString(), text: clock(message.date) };
  return h("span", { class: "meta" }, edited, h("time", time));
}

/** What the message answers; a press goes there. */
function quote(message) {
  const answered = message.reply_to_message;
  if (!answered) return null;
  const name = answered.from ? fullName(answered.from) : "";
  const text = message.quote?.text ?? summary(answered);
  const onclick = () => emit("reveal", answered.message_id);
  const props = { class: "quote", "aria-label": t("toAnswered"), "aria-description": text, onclick };
  return button(props, said("b", name), said("span", text));
}
