/** The people's side of the sandbox over HTTP: calls, and the stream of what happens. */

import { t } from "./words.js";

/** What the sandbox refused, in its own one sentence; `status` is 0 when it could not be reached. */
export class Refused extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

async function call(path, options) {
  let response;
  try {
    response = await fetch(`/people/${path}`, options);
  } catch {
    throw new Refused(t("failed"), 0);
  }
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refused(body.error ?? t("failed"), response.status);
  return body;
}

export const get = (path, params = {}) => call(`${path}?${new URLSearchParams(params)}`);

export const post = (path, body) =>
  call(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

export const remove = (path) => call(path, { method: "DELETE" });

export function upload(path, fields, file) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append("file", file, file.name);
  return call(path, { method: "POST", body: form });
}

/** Where the bytes of a file are. */
export const fileUrl = (fileId) => `/people/files/${encodeURIComponent(fileId)}`;

/**
 * Follows the events for as long as the page lives. `onEvent(event)` gets each one; `onLink(open)` hears of the
 * connection, and must load everything anew when it opens: the stream's memory may have been shorter than the gap.
 */
export function follow(onEvent, onLink, path = "events") {
  const source = new EventSource(`/people/${path}`);
  source.onmessage = ({ data }) => onEvent(JSON.parse(data));
  source.onopen = () => onLink(true);
  source.onerror = () => {
    onLink(false);
    // A browser gives up for good when the answer was an error page and not a stream.
    if (source.readyState === EventSource.CLOSED) setTimeout(() => follow(onEvent, onLink, path), 2000);
  };
}
