// The desk's keys and buttons. Every change is a POST; the page is then loaded anew, so what is shown is what is stored.
"use strict";

const token = document.querySelector("meta[name=token]").content;
const page = document.body.dataset;
const draft = page.draft;
const all = (selector, inside = document) => [...inside.querySelectorAll(selector)];
const one = (selector, inside = document) => inside.querySelector(selector);

async function post(path, wishes = {}) {
  let answer;
  try {
    answer = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json", "X-Prospector-Token": token }, body: JSON.stringify(wishes) });
  } catch {
    return { reason: "The desk does not answer. Is scrapy review still running? Start it again, then reload this page." };
  }
  try {
    return await answer.json();
  } catch {
    return { reason: `The desk answered with an error (${answer.status}). Reload the page and try again.` };
  }
}

// -- toasts: what happened, on this page or the next -------------------------------------------------------------------------

let lastEvents = JSON.parse(sessionStorage.getItem("events") || "[]");
let toastTimer;

function toast(text, { refused = false, events = [] } = {}) {
  const box = document.createElement("div");
  if (refused) box.className = "refused";
  const said = document.createElement("span");
  said.textContent = text;
  box.append(said);
  if (events.length) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "Undo";
    button.addEventListener("click", undo);
    box.append(button);
  }
  one("#toast").replaceChildren(box);
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => one("#toast").replaceChildren(), refused ? 12000 : 7000);
}

function keepForNextPage(said, events) {
  sessionStorage.setItem("toast", JSON.stringify({ said, events }));
  sessionStorage.setItem("events", JSON.stringify(events));
}

function showKeptToast() {
  const kept = sessionStorage.getItem("toast");
  if (!kept) return;
  sessionStorage.removeItem("toast");
  const { said, events } = JSON.parse(kept);
  setTimeout(() => toast(said, { events }), 30); // after the live region is there, or a screen reader stays silent
}

let busy = false;
let leaving = false;
let remember = () => ({}); // what else of a page is as it was when it is loaded anew
const deeds = {}; // what a button with this name does; each page adds its own

// Do it, say what came of it, go on. `next` is where to; "" stays here.
async function decide(path, wishes, next = "") {
  if (busy) return false;
  busy = true;
  document.body.setAttribute("aria-busy", "true");
  const result = await post(path, wishes);
  busy = false;
  document.body.removeAttribute("aria-busy");
  if (result.asks && result.reason) return sure(result.asks, () => decide(path, { ...wishes, acknowledged: true }, next));
  if (result.reason) {
    toast(result.reason, { refused: true });
    return false;
  }
  keepForNextPage(result.said, result.events || []);
  go(next || location.href, !next);
  return true;
}

const SHOWN_QUESTIONS = 12;

// What must not pass without a person's word: they say yes, or nothing happens.
function sure(questions, then, otherwise = () => {}) {
  const box = one("#ask");
  const left = questions.length - SHOWN_QUESTIONS;
  const lines = [...questions.slice(0, SHOWN_QUESTIONS), ...(left > 0 ? [`and ${left} more`] : [])];
  one("#ask-why").replaceChildren(...lines.map((line) => Object.assign(document.createElement("li"), { textContent: line })));
  one("#ask-yes").textContent = questions.length === 1 ? "Yes, approve it" : `Yes, approve all ${questions.length}`;
  box.returnValue = "";
  box.addEventListener("close", () => (box.returnValue === "yes" ? then() : otherwise()), { once: true });
  box.showModal();
  return false;
}

function go(href, keepScroll = false) {
  leaving = true;
  if (keepScroll) {
    sessionStorage.setItem("scroll", JSON.stringify({ path: location.pathname, y: window.scrollY, ...remember() }));
    location.reload();
  } else {
    location.assign(href);
  }
}

async function undo() {
  const wishes = lastEvents.length ? { events: lastEvents } : {};
  const before = sessionStorage.getItem("undo-path");
  sessionStorage.removeItem("events");
  lastEvents = [];
  const result = await post(draft && !wishes.events ? `/drafts/${draft}/undo` : "/undo", wishes);
  if (result.reason) return toast(result.reason, { refused: true });
  keepForNextPage(result.said, []);
  sessionStorage.removeItem("undo-path");
  go(before || location.href, !before || before === location.pathname + location.search);
}

// -- copying -----------------------------------------------------------------------------------------------------------------

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast("Copied.");
  } catch {
    toast("The browser did not allow copying. Select the text and copy it yourself.", { refused: true });
  }
}

// -- many letters at once ----------------------------------------------------------------------------------------------------

const left = (number) => (number === 1 ? "1 is left" : `${number} are left`);

// Those that wait for a word are asked about together, once; one undo takes back all of it.
async function decideMany(deed, ids, wishes = {}) {
  if (busy) return false;
  busy = true;
  const result = await post("/bulk", { deed, ids, ...wishes });
  busy = false;
  if (result.reason) return toast(result.reason, { refused: true });
  const end = (said, events) => { keepForNextPage(said, events); go(location.href, true); };
  if (!result.asks?.length) return end(result.said, result.events);
  return sure(
    result.asks,
    async () => {
      const more = await post("/bulk", { deed, ids: result.ask_ids, acknowledged: true });
      if (more.reason) return toast(more.reason, { refused: true });
      return end(`${result.said} With your word: ${more.said}`, [...result.events, ...more.events]);
    },
    () => end(`${result.said} ${left(result.asks.length)} as before.`, result.events),
  );
}

// -- keys and buttons --------------------------------------------------------------------------------------------------------

const editor = one("#editor"); // on a letter

const keys = { // each page adds its own
  z: undo,
  "?": () => one("#help").showModal(),
  "/": () => (one("#q") ? one("#q").select() : go(`${page.queue || "/"}#q`)),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) {
    if (editor && !editor.hidden && (event.ctrlKey || event.metaKey) && (event.key === "s" || event.key === "Enter")) {
      event.preventDefault();
      leaveEditor();
    }
    return;
  }
  if (one("dialog[open]")) return;
  const typing = event.target.matches("input:not([type=checkbox]), textarea, select");
  if (typing) {
    if (event.key !== "Escape") return;
    if (editor && editor.contains(event.target)) leaveEditor();
    else event.target.blur();
    return;
  }
  // Enter and Space belong to what has the focus, unless that is a letter of the queue
  if ((event.key === "Enter" || event.key === " ") && !event.target.matches("body, .row .subject")) return;
  const act = keys[event.key];
  if (!act || event.repeat && !"jkl".includes(event.key)) return;
  event.preventDefault();
  act();
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("button, a[data-copy-from]");
  if (!button) return;
  if (button.dataset.deed) deeds[button.dataset.deed](button);
  else if (button.dataset.view) show(button.dataset.view);
  else if (button.dataset.bulk) bulk(button.dataset.bulk);
  else if (button.dataset.open) one(`#${button.dataset.open}`).showModal();
  else if (button.dataset.copy !== undefined) copy(button.dataset.copy);
  else if (button.dataset.copyFrom) copy(one(`#${button.dataset.copyFrom}`).value);
});

deeds.undo = undo;
showKeptToast();
