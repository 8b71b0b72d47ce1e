// Opens the app at once. Where it does not come up, the site does.
"use strict";

(() => {
  const app = document.querySelector("[data-app]");
  const site = document.querySelector("[data-site]");
  const giveUp = setTimeout(() => location.replace(site.href), 1500);
  // The app covers the page: whoever comes back to it wants to see it, and not the site.
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") clearTimeout(giveUp);
  });
  location.href = app.href;
})();
