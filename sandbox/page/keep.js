/** Small things kept between reloads. A browser that refuses storage keeps them until the page is closed. */

const here = new Map();

/** `where` is "local" (this browser) or "session" (this tab). Null when nothing was kept. */
export function recall(where, key) {
  try {
    return storage(where).getItem(key);
  } catch {
    return here.get(key) ?? null;
  }
}

export function keep(where, key, value) {
  try {
    storage(where).setItem(key, String(value));
  } catch {
    here.set(key, String(value));
  }
}

const storage = (where) => (where === "local" ? localStorage : sessionStorage);
