"use strict";
(() => {
  const audio = document.querySelector("audio");
  const now = document.querySelector(".now");
  if (!audio) return;
  let until = Infinity;
  const places = [...document.querySelectorAll("[data-start]")];
  for (const place of places) place.addEventListener("click", () => {
    audio.currentTime = Number(place.dataset.start);
    until = Number(place.dataset.end);
    audio.play();
  });
  audio.addEventListener("timeupdate", () => {
    const at = audio.currentTime;
    if (at >= until) { until = Infinity; audio.pause(); }
    if (audio.duration) { const x = String(1000 * at / audio.duration); now.setAttribute("x1", x); now.setAttribute("x2", x); }
    for (const place of places) {
      const row = place.closest("tr");
      if (row) row.classList.toggle("playing", Number(place.dataset.start) <= at && at < Number(place.dataset.end));
    }
  });
  audio.addEventListener("seeking", () => { if (audio.paused) until = Infinity; });
})();
