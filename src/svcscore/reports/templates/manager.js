"use strict";
(() => {
  const root = document.documentElement;
  function speak(lang) {
    root.dataset.lang = lang;
    root.lang = lang === "zh" ? "zh-CN" : "en";
    for (const button of document.querySelectorAll("[data-set-lang]")) button.setAttribute("aria-pressed", String(button.dataset.setLang === lang));
  }
  for (const button of document.querySelectorAll("[data-set-lang]")) button.addEventListener("click", () => speak(button.dataset.setLang));
  // a link to a person opens what it leads to; on paper all are open
  const open = () => {
    const aim = location.hash.length > 1 ? document.getElementById(location.hash.slice(1)) : null;
    if (aim instanceof HTMLDetailsElement) { aim.open = true; aim.scrollIntoView(); }
  };
  addEventListener("hashchange", open);
  addEventListener("beforeprint", () => { for (const person of document.querySelectorAll("details")) person.open = true; });
  open();
})();
