"use strict";
// The counter's pages: each action is kept on the device under a key of its own before it is sent,
// and until the Office has answered. A repeated key gets the first answer: it is done once.
(() => {
  const body = document.body;
  const words = body.dataset;
  const notices = document.getElementById("notices");
  const PATIENCE_MS = 8000;
  const AGAIN_MS = 20000;
  const PAGES = "alencon-pages";

  // --- What is kept on the device -------------------------------------------------------------
  const opened = new Promise((resolve, reject) => {
    const asked = indexedDB.open("alencon-counter", 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("queue", { keyPath: "key" });
      asked.result.createObjectStore("answers", { keyPath: "key" });
    };
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
  opened.catch(() => {});
  const inStores = async (work) => {
    const transaction = (await opened).transaction(["queue", "answers"], "readwrite");
    const ended = new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = transaction.onerror = () => reject(transaction.error);
    });
    const asked = work(transaction.objectStore("queue"), transaction.objectStore("answers"));
    await ended;
    return asked?.result;
  };
  const queued = async () => {
    const all = await inStores((queue) => queue.getAll());
    return all.sort((one, other) => (one.made_at < other.made_at ? -1 : 1));
  };
  const newKey = () => {
    if (crypto.randomUUID) return crypto.randomUUID();
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  };

  // --- What is said ----------------------------------------------------------------------------
  const say = (id, text, look, button, onPress) => {
    document.querySelector(`[data-notice="${id}"]`)?.remove();
    if (!text) return;
    const note = document.createElement("p");
    note.className = `notice ${look}`;
    note.dataset.notice = id;
    note.setAttribute("role", look === "error" ? "alert" : "status");
    const words = document.createElement("span");
    words.textContent = text;
    note.append(words);
    if (button) {
      const press = document.createElement("button");
      press.type = "button";
      press.textContent = button;
      press.addEventListener("click", onPress);
      note.append(press);
    }
    notices.append(note);
  };
  const sayAnswer = (answer) =>
    say(answer.key, answer.text, answer.done ? "done" : "error", words.close, () => {
      inStores((_queue, answers) => void answers.delete(answer.key));
      say(answer.key, "");
    });
  const sayQueue = async () => {
    const all = await queued();
    const own = all.filter((item) => item.actor === words.actor);
    const others = all.filter((item) => item.actor !== words.actor);
    const text = own.length === 1 ? words.waitingOne : words.waiting.replace("{count}", own.length);
    say("queue", own.length ? text : "", "note", words.send, () => flush());
    const name = others[0]?.name ?? "";
    const other = words.other.replace("{count}", others.length).replace("{name}", name);
    say("others", others.length ? other : "", "note");
    return all.length;
  };

  // --- Sending ---------------------------------------------------------------------------------
  const ask = (url, options = {}) =>
    fetch(url, { ...options, cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS) });
  const sendAll = async () => {
    const items = await queued();
    if (!items.length) return [];
    const told = await ask(words.me, { headers: { Accept: "application/json" } });
    if (told.redirected || told.status === 404) {
      say("trouble", words.signedOut, "error");
      return [];
    }
    if (!told.ok) throw new Error(String(told.status));
    const me = await told.json();
    const answered = [];
    for (const item of items) {
      if (item.actor !== String(me.actor)) continue;
      const answer = await ask(words.actions, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRFToken": me.csrf },
        body: JSON.stringify({ ...item.fields, key: item.key, actor: item.actor, made_at: item.made_at }),
      });
      if (![200, 409, 422].includes(answer.status)) throw new Error(String(answer.status));
      const { done, text } = await answer.json();
      const kept = { key: item.key, done, text };
      await inStores((queue, answers) => {
        queue.delete(item.key);
        answers.put(kept);
      });
      answered.push(kept);
    }
    say("trouble", "");
    return answered;
  };
  const locked = (work) =>
    navigator.locks ? navigator.locks.request("alencon-queue", work) : work();
  const flush = async () => {
    let answered = [];
    try {
      answered = await locked(sendAll);
    } catch (error) {
      if (navigator.onLine && /^\d+$/.test(error.message)) say("trouble", words.trouble, "note");
    }
    answered.forEach(sayAnswer);
    await sayQueue();
    if (answered.length && !refresh()) await forgetDone(answered);
    return answered;
  };
  // What was done is told once; what was refused until somebody has seen it.
  const forgetDone = (told) =>
    inStores((_queue, answers) => {
      told.filter((answer) => answer.done).forEach((answer) => answers.delete(answer.key));
    });
  const refresh = () => {
    const list = document.getElementById("today");
    if (list && window.htmx) window.htmx.trigger(list, "refresh");
    else if (document.querySelector("form[data-stay]")) {
      location.reload();
      return true;
    }
    return false;
  };

  // --- Forms -----------------------------------------------------------------------------------
  const keep = async (form) => {
    const fields = Object.fromEntries(new FormData(form));
    delete fields.csrfmiddlewaretoken;
    const key = newKey();
    const made = new Date();
    const item = { key, fields, actor: words.actor, name: words.name, made_at: made.toISOString() };
    await inStores((queue) => void queue.add(item));
    return [key, made.toTimeString().slice(0, 5)];
  };
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (form.matches("[data-leaves]") && !form.dataset.sure) {
      event.preventDefault();
      await leave(form);
      return;
    }
    if (!form.matches("[data-action]") || form.dataset.plain) return;
    event.preventDefault();
    const buttons = form.querySelectorAll("button");
    buttons.forEach((button) => (button.disabled = true));
    let key, time;
    try {
      [key, time] = await keep(form);
    } catch {
      form.dataset.plain = "1"; // nothing can be kept here: the page is sent as it is
      buttons.forEach((button) => (button.disabled = false));
      form.submit();
      return;
    }
    const answered = await flush();
    let own = answered.find((answer) => answer.key === key);
    own ??= !(await queued()).some((item) => item.key === key); // another tab sent it
    if (!own) {
      say("kept", words.kept.replace("{time}", time), "note");
      form.closest(".pickup")?.classList.add("kept");
      if (form.id === "offline") form.hidden = true;
      return;
    }
    buttons.forEach((button) => (button.disabled = false));
    if (form.id === "offline") form.hidden = true;
  });
  const leave = async (form) => {
    await flush().catch(() => {});
    const left = await queued().catch(() => []);
    if (left.length && form.action.endsWith("/deconnexion/") && !confirm(words.leave)) return;
    if (form.action.endsWith("/deconnexion/")) await caches?.delete(PAGES).catch(() => {});
    form.dataset.sure = "1";
    form.submit();
  };
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) window.print();
    const all = event.target.closest("[data-all]");
    all?.form.querySelectorAll("input[type=number]").forEach((input) => (input.value = input.max));
  });
  document.querySelectorAll("[data-print], [data-all]").forEach((each) => (each.hidden = false));

  // --- Handing over by code: the page of the pickup, or without a line what is kept ------------
  const byCode = document.querySelector("[data-by-code]");
  byCode?.addEventListener("submit", async (event) => {
    event.preventDefault();
    const code = byCode.elements.code.value.toUpperCase().replace(/[\s-]/g, "").split(":").pop();
    const url = `${location.pathname}?code=${encodeURIComponent(code)}`;
    try {
      await ask(words.me);
      location.assign(url);
    } catch {
      await offerOffline(code);
    }
  });
  const offerOffline = async (code) => {
    const form = document.getElementById("offline");
    const said = form.querySelector("[data-who]");
    const kept = await caches?.open(PAGES).catch(() => null);
    const page = await kept?.match(document.querySelector(".menu a").href);
    const list = page && new DOMParser().parseFromString(await page.text(), "text/html");
    const card = list?.querySelector(`[data-code="${CSS.escape(code)}"]`);
    const name = card?.querySelector("a")?.textContent.trim();
    said.textContent = name ? said.dataset.known.replace("{name}", name) : said.dataset.unknown;
    form.elements.code.value = code;
    form.hidden = false;
    form.querySelector("button").disabled = false;
    form.querySelector("button").focus();
  };

  // --- A new order is heard or felt ------------------------------------------------------------
  const sound = document.getElementById("sound");
  let audio = null;
  const listens = () => localStorage.getItem("alencon-sound") === "on";
  const showSound = () => {
    if (!sound) return;
    sound.setAttribute("aria-pressed", String(listens()));
    sound.textContent = listens() ? words.soundOn : words.soundOff;
  };
  const ring = () => {
    navigator.vibrate?.([200, 100, 200]);
    if (!listens()) return;
    audio ??= new AudioContext();
    audio.resume();
    [0, 0.25].forEach((after) => {
      const tone = audio.createOscillator();
      const volume = audio.createGain();
      tone.frequency.value = after ? 1175 : 880;
      volume.gain.setValueAtTime(0.25, audio.currentTime + after);
      volume.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + after + 0.22);
      tone.connect(volume).connect(audio.destination);
      tone.start(audio.currentTime + after);
      tone.stop(audio.currentTime + after + 0.25);
    });
    body.dataset.rang = String(Number(body.dataset.rang ?? 0) + 1);
  };
  sound?.addEventListener("click", () => {
    localStorage.setItem("alencon-sound", listens() ? "off" : "on");
    showSound();
    if (listens()) ring();
  });
  const lookForNew = () => {
    const list = document.querySelector("[data-newest]");
    if (!list) return;
    const newest = Number(list.dataset.newest);
    const known = sessionStorage.getItem("alencon-newest");
    if (known !== null && newest > Number(known)) {
      say("new", `${words.newOne} · ${list.dataset.new}`, "done", words.close, () => say("new", ""));
      ring();
    }
    sessionStorage.setItem("alencon-newest", String(Math.max(newest, Number(known ?? 0))));
  };
  document.addEventListener("htmx:afterSwap", lookForNew);

  // --- Begin -----------------------------------------------------------------------------------
  showSound();
  lookForNew();
  navigator.serviceWorker?.register(words.worker, { scope: words.scope }).catch(() => {});
  inStores((_queue, answers) => answers.getAll())
    .then((kept) => {
      kept.forEach(sayAnswer);
      return forgetDone(kept);
    })
    .then(flush)
    .catch(() => {});
  window.addEventListener("online", () => flush());
  document.addEventListener("visibilitychange", () => document.hidden || flush());
  setInterval(async () => (await queued()).length && flush(), AGAIN_MS);
})();
