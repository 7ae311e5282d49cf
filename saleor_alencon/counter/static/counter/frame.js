"use strict";
// A page inside the Dashboard: the Dashboard gives the token, the Office what it shows.
(() => {
  const root = document.documentElement;
  const main = document.querySelector("main");
  const dashboard = root.dataset.dashboard;
  const EVERY_MS = 60000;
  const LANGUAGE = "language"; // the Dashboard tells it once, not on each of its pages
  const stored = (() => {
    try {
      return window.sessionStorage;
    } catch {
      return null; // a browser that keeps nothing for pages in a frame
    }
  })();
  let token = "";
  let language = (root.lang = stored?.getItem(LANGUAGE) ?? root.lang);
  let turn = 0;
  let failed = false;

  const show = async () => {
    if (!token) return;
    const own = ++turn;
    let text = null;
    try {
      const answer = await ask(main.dataset.source);
      failed = !answer.ok;
      text = await answer.text();
    } catch {
      failed = true;
    }
    if (own !== turn) return; // a newer question was asked meanwhile
    const unfolded = main.querySelector("details[open]") !== null;
    if (text === null) {
      const note = document.createElement("p");
      note.className = "note";
      note.setAttribute("role", "alert");
      note.textContent = main.dataset.offline;
      main.replaceChildren(note);
    } else {
      main.innerHTML = text;
      if (unfolded) main.querySelector("details")?.setAttribute("open", "");
    }
  };

  const dress = (theme) => {
    root.dataset.theme = String(theme).toLowerCase().includes("dark") ? "dark" : "light";
  };

  const ask = (address, more) =>
    fetch(address, {
      headers: { Authorization: `Bearer ${token}`, "Accept-Language": language },
      credentials: "omit",
      cache: "no-store",
      ...more,
    });

  const say = (text) => {
    main.querySelector("[data-said]")?.remove();
    const note = document.createElement("p");
    note.className = "note";
    note.dataset.said = "";
    note.setAttribute("role", "alert");
    note.textContent = text;
    main.prepend(note);
  };

  // What answers in words is a page's sentence, or {"error"}; both are shown.
  const refusal = async (answer) => {
    const text = await answer.text();
    try {
      return JSON.parse(text).error;
    } catch {
      const page = new DOMParser().parseFromString(text, "text/html");
      return page.body.textContent.trim() || main.dataset.offline;
    }
  };

  // A tab that this frame opened itself would be shut in as the frame is: the Dashboard opens it.
  const open = (address) => {
    if (dashboard === location.origin || window.parent === window) {
      window.open(address, "_blank", "noopener");
      return;
    }
    const payload = { actionId: `alencon-${Date.now()}`, to: address, newContext: true };
    window.parent.postMessage({ type: "redirect", payload }, dashboard);
  };

  const enter = async (target) => {
    const answer = await ask(`${main.dataset.entry}?vers=${target}`, { method: "POST" });
    if (answer.ok) open((await answer.json()).url);
    else say(await refusal(answer));
  };

  const save = async (address, name) => {
    const answer = await ask(address);
    if (!answer.ok) {
      say(await refusal(answer));
      return;
    }
    const link = document.createElement("a");
    link.href = URL.createObjectURL(await answer.blob());
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), EVERY_MS);
  };

  const press = (element) => {
    const { enter: target, file, name } = element.dataset;
    if ("refresh" in element.dataset) return show();
    return file ? save(file, name) : enter(target);
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
      stored?.setItem(LANGUAGE, language);
      if (changed) show();
    } else if (type === "theme") {
      dress(payload?.theme);
    }
  });
  main.addEventListener("click", async (event) => {
    const link = event.target.closest("a[data-open]");
    const button = event.target.closest("[data-refresh], [data-enter], [data-file]");
    if (link) {
      event.preventDefault();
      open(link.href);
    } else if (button && !button.disabled) {
      button.disabled = true;
      try {
        await press(button);
      } catch {
        say(main.dataset.offline);
      }
      button.disabled = false;
    }
  });
  dress(new URLSearchParams(location.search).get("theme"));
  setInterval(() => document.visibilityState === "visible" && show(), EVERY_MS);

  if (window.parent !== window) {
    const ready = { type: "notifyReady", payload: { actionId: `alencon-${Date.now()}` } };
    window.parent.postMessage(ready, dashboard);
  }
})();
