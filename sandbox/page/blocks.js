/** A chat's messages cut into what stands under each other: days, albums, runs of one sender. */

import { service } from "./media.js";
import { dayKey } from "./words.js";

const RUN_SECONDS = 300;

/**
 * The blocks of a chat, oldest first: {key, kind: "day", date}, {key, kind: "unread"} before the message with the id
 * `unreadFrom`, or {key, kind: "message", messages, first, last, group}: `first` and `last` are of a sender's run.
 */
export function blocksOf(messages, { group, unreadFrom }) {
  const blocks = [];
  for (const message of messages) {
    const before = blocks.at(-1);
    if (before?.kind === "message" && sameAlbum(before.messages[0], message)) {
      before.messages.push(message);
      continue;
    }
    const previous = before?.messages?.at(-1);
    if (!previous || dayKey(previous.date) !== dayKey(message.date)) {
      blocks.push({ key: `day-${dayKey(message.date)}`, kind: "day", date: message.date });
    }
    if (message.message_id === unreadFrom) blocks.push({ key: "unread", kind: "unread" });
    const goesOn = blocks.at(-1) === before && sameRun(previous, message);
    if (goesOn) before.last = false;
    blocks.push({ key: message.message_id, kind: "message", messages: [message], first: !goesOn, last: true, group });
  }
  return blocks;
}

const sameAlbum = (a, b) => a.media_group_id !== undefined && a.media_group_id === b.media_group_id;

const sameRun = (a, b) =>
  a.from?.id === b.from?.id &&
  a.via_bot?.id === b.via_bot?.id &&
  b.date - a.date < RUN_SECONDS &&
  service(a) === null &&
  service(b) === null;

/** Whether two blocks of one key show the same content; their place in a run may differ. */
export const sameContent = (a, b) =>
  a.kind !== "message" ||
  (a.messages.length === b.messages.length && a.messages.every((message, at) => message === b.messages[at]));
