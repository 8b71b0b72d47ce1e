// Moments by the visitor's own clock, and a countdown that opens the link when it is over.
"use strict";

(() => {
  const page = document.documentElement.lang;
  // The visitor's own kind of the page's language: British dates or American ones.
  const language = navigator.languages.find((each) => each.split("-")[0] === page) || page;

  const moment = new Intl.DateTimeFormat(language, { dateStyle: "long", timeStyle: "short" });
  for (const time of document.querySelectorAll("time[data-local]")) {
    time.textContent = moment.format(new Date(time.dateTime));
  }

  const countdown = document.querySelector("[data-seconds]");
  if (!countdown) return;
  // Seconds from now, and not a moment: the visitor's clock may be wrong.
  const over = Date.now() + Number(countdown.dataset.seconds) * 1000;
  const days = new Intl.NumberFormat(language, { style: "unit", unit: "day", unitDisplay: "long" });
  const two = (number) => String(number).padStart(2, "0");

  const tick = () => {
    const left = Math.max(0, Math.ceil((over - Date.now()) / 1000));
    const clock = [Math.floor(left / 3600) % 24, Math.floor(left / 60) % 60, left % 60].map(two).join(":");
    const whole = Math.floor(left / 86400);
    countdown.textContent = whole ? `${days.format(whole)} ${clock}` : clock;
    if (left === 0) {
      clearInterval(ticking);
      location.reload();
    }
  };
  const ticking = setInterval(tick, 1000);
  tick();
})();
