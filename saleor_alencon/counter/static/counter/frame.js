"use strict";
// The page inside the Dashboard: the Dashboard gives the token, the Office what it shows.
(() => {
  const root = document.documentElement;
  const main = document.querySelector("main");
  const dashboard = root.dataset.dashboard;
  const EVERY_MS = 60000;
  let token = "";
  let language = root.lang;
  let turn = 0;
  let failed = false;

  const show = async () => {
    if (!token) return;
    const own = ++turn;
    let text = null;
    try {
      const answer = await fetch(main.dataset.source, {
        headers: { Authorization: `Bearer ${token}`, "Accept-Language": language },
        credentials: "omit",
        cache: "no-store",
      });
      failed = !answer.ok;
      text = await answer.text();
    } catch {
      failed = true;
    }
    if (own !== turn) return; // a newer question was asked meanwhile
    const open = main.querySelector("details[open]") !== null;
    if (text === null) {
      const note = document.createElement("p");
      note.className = "note";
      note.setAttribute("role", "alert");
      note.textContent = main.dataset.offline;
      main.replaceChildren(note);
    } else {
      main.innerHTML = text;
      if (open) main.querySelector("details")?.setAttribute("open", "");
    }
  };

  window.addEventListener("message", (event) => {
    if (event.source !== window.parent || event.origin !== dashboard) return;
    const { type, payload } = event.data ?? {};
    if (type === "handshake" || type === "tokenRefresh") {
      const first = token === "";
      token = String(payload?.token ?? "");
      if (first || failed) show();
    } else if (type === "localeChanged" && payload?.locale) {
      const changed = payload.locale !== language;
      language = root.lang = payload.locale;
      if (changed) show();
    } else if (type === "theme") {
      root.dataset.theme = String(payload?.theme).toLowerCase().includes("dark") ? "dark" : "light";
    }
  });
  main.addEventListener("click", (event) => {
    if (event.target.closest("[data-refresh]")) show();
  });
  setInterval(() => document.visibilityState === "visible" && show(), EVERY_MS);

  if (window.parent !== window) {
    const ready = { type: "notifyReady", payload: { actionId: `alencon-${Date.now()}` } };
    window.parent.postMessage(ready, dashboard);
  }
})();
