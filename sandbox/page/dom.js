/** Building the page's elements. Data only ever becomes text or attributes, never markup. */

const SVG = "http://www.w3.org/2000/svg";

/** Line drawings on a 24 × 24 grid, one or more paths each. */
const PATHS = {
  add: ["M12 5v14", "M5 12h14"],
  back: ["M15 5l-7 7 7 7"],
  ban: ["M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16z", "M6.5 6.5l11 11"],
  calls: ["M4 6h16", "M4 12h10", "M4 18h13"],
  check: ["M5 12.5l4.5 4.5L19 7.5"],
  clip: ["M19.5 11.5l-7.6 7.6a5 5 0 0 1-7.1-7.1l8-8a3.3 3.3 0 0 1 4.7 4.7l-8 8a1.7 1.7 0 0 1-2.4-2.4l7-7"],
  close: ["M6 6l12 12", "M18 6L6 18"],
  contact: ["M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8z", "M4.5 20c.8-3.6 3.8-5.5 7.5-5.5s6.7 1.9 7.5 5.5"],
  copy: ["M9 9h10v11H9z", "M6 15H5V4h10v2"],
  day: ["M5 6h14v13H5z", "M5 10h14", "M9 4v3", "M15 4v3", "M10.5 12.5l2 2-2 2"],
  dice: ["M5 5h14v14H5z", "M9 9h.01", "M15 15h.01", "M12 12h.01"],
  dots: ["M12 5.5v.01", "M12 12v.01", "M12 18.5v.01"],
  down: ["M6 9l6 6 6-6"],
  download: ["M12 4v11", "M7 11l5 5 5-5", "M5 20h14"],
  edit: ["M5 19l1-4L16.5 4.5l3 3L9 18z", "M14 7l3 3"],
  external: ["M8 16L17 7", "M9.5 7H17v7.5"],
  file: ["M7 3h7l4 4v14H7z", "M14 3v4h4"],
  forward: ["M14 6l6 5.5-6 5.5", "M19.5 11.5H11c-4 0-6.5 2-7 6.5"],
  json: ["M9 5c-3 0-2 4-2 5s-.5 2-2 2c1.5 0 2 1 2 2s-1 5 2 5", "M15 5c3 0 2 4 2 5s.5 2 2 2c-1.5 0-2 1-2 2s1 5-2 5"],
  keyboard: ["M3 7h18v11H3z", "M7 11h.01", "M11 11h.01", "M15 11h.01", "M8 14.5h8"],
  location: ["M12 21s7-6.2 7-11a7 7 0 0 0-14 0c0 4.8 7 11 7 11z", "M12 12.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z"],
  mic: ["M12 4a3 3 0 0 1 3 3v4a3 3 0 0 1-6 0V7a3 3 0 0 1 3-3z", "M6 11a6 6 0 0 0 12 0", "M12 17v3"],
  photo: ["M4 5h16v14H4z", "M4 16l5-5 4 4 3-3 4 4", "M15.5 9h.01"],
  pause: ["M9 6v12", "M15 6v12"],
  play: ["M8 5.5v13l10.5-6.5z"],
  reply: ["M10 6l-6 5.5 6 5.5", "M4.5 11.5H13c4 0 6.5 2 7 6.5"],
  send: ["M5 12h13", "M12 5.5l6.5 6.5L12 18.5"],
  slash: ["M8 4h8a4 4 0 0 1 4 4v8a4 4 0 0 1-4 4H8a4 4 0 0 1-4-4V8a4 4 0 0 1 4-4z", "M13.8 8l-3.6 8"],
  star: ["M12 4l2.4 5 5.6.7-4.1 3.8 1.1 5.5-5-2.8-5 2.8 1.1-5.5L4 9.7 9.6 9z"],
  sticker: ["M5 5h14v8l-6 6H5z", "M13 19v-6h6", "M9 10h.01", "M14.5 9.5h.01"],
};

/**
 * An element. `props` are attributes, except: `class`, `text`, functions named `on…` (listeners) and
 * names starting with `--` (CSS variables). `null`, `undefined` and `false` are left out, `true` is an empty attribute.
 */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) set(element, name, value);
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** Gives one property as `h` does, or takes it away. */
export function set(element, name, value) {
  if (name.startsWith("on") && typeof value === "function") element.addEventListener(name.slice(2), value);
  else if (name === "text") element.textContent = value;
  else if (name.startsWith("--")) element.style.setProperty(name, value);
  else if (value === null || value === undefined || value === false) element.removeAttribute(name);
  else element.setAttribute(name, value === true ? "" : String(value));
}

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  for (const d of PATHS[name]) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", d);
    svg.append(path);
  }
  return svg;
}

/** A button that does nothing by itself. */
export const button = (props, ...children) => h("button", { type: "button", ...props }, ...children);

/** A button with a drawing for a face, and `label` for its name. */
export const iconButton = (art, label, onclick, kind = "icon-button") =>
  button({ class: kind, "aria-label": label, onclick }, icon(art));

/** An element with a text that others wrote, in whichever direction they write. */
export const said = (tag, text, props = {}) => h(tag, { dir: "auto", text, ...props });

export const byId = (id) => document.getElementById(id);

/** The coloured circle with initials that stands for a person or a chat; decoration, so not read out. */
export function avatar(id, name, kind = "person") {
  const words = name.replace(/[^\p{L}\p{N}\s]/gu, " ").trim().split(/\s+/u).filter(Boolean);
  const initials = words.slice(0, kind === "person" ? 2 : 1).map((word) => [...word][0].toLocaleUpperCase()).join("");
  const tint = kind === "bot" ? "bot" : Math.abs(id) % 7;
  return h("span", { class: `avatar tint-${tint}`, "aria-hidden": "true", text: initials || "•" });
}

export const fullName = (user) => [user.first_name, user.last_name].filter(Boolean).join(" ");

/** Runs `fn` once, `delay` milliseconds after the last call. */
export function debounced(fn, delay) {
  let timer = 0;
  const call = (...args) => {
    clearTimeout(timer);
    timer = setTimeout(() => fn(...args), delay);
  };
  call.cancel = () => clearTimeout(timer);
  return call;
}
