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
    sessionStorage.setItem("scroll", JSON.stringify({ path: location.pathname, y: window.scrollY, link: currentLink()?.dataset.link, view: desk?.dataset.view }));
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

// -- one letter --------------------------------------------------------------------------------------------------------------

const links = all(".claim");
let at = Math.max(0, links.findIndex((link) => link.querySelector(".needs-you, .offers")));

function currentLink() {
  return links[at];
}

function chooseLink(index, { scroll = true } = {}) {
  if (!links.length) return;
  at = (index + links.length) % links.length;
  links.forEach((link, number) => link.classList.toggle("current", number === at));
  if (scroll) {
    links[at].scrollIntoView({ block: "nearest" });
    links[at].focus({ preventScroll: true });
  }
}

// -- the letter or the evidence, where only one of them has room; elsewhere both are there, whatever is chosen

const desk = one("#desk");
const isShown = (selector) => Boolean(one(selector)?.checkVisibility());

function show(view) {
  if (!desk) return;
  desk.dataset.view = view;
  all(".views button").forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.view === view)));
  const switched = one(".views");
  if (switched.checkVisibility() && desk.getBoundingClientRect().top < switched.offsetHeight) {
    window.scrollTo(0, window.scrollY + desk.getBoundingClientRect().top - switched.offsetHeight - 12);
  }
}

// a key that decides about a link first shows the link it would decide about
const ofLink = (act) => () => (isShown(".evidence") ? act() : show("evidence"));

const editor = one("#editor");
let saved = null;
let previewTimer;
let previewNumber = 0;

function words() {
  return { subject: editor.elements.subject.value, body: editor.elements.body.value };
}

function changed() {
  if (!saved) return false;
  const now = words();
  return now.subject !== saved.subject || now.body !== saved.body;
}

function countSubject() {
  const length = [...editor.elements.subject.value].length;
  const shown = one("#subject-length");
  shown.textContent = `${length} of 60`;
  shown.classList.toggle("long", length > 60);
}

function edit() {
  if (!editor) return;
  editor.hidden = false;
  desk.classList.add("editing");
  show("letter");
  one("[data-deed=edit]").setAttribute("aria-expanded", "true");
  editor.elements.body.focus({ preventScroll: true });
  editor.elements.body.setSelectionRange(0, 0);
  one(".views").scrollIntoView({ block: "start" });
}

async function leaveEditor() {
  if (changed()) return decide(`/drafts/${draft}/edit`, words());
  editor.hidden = true;
  desk.classList.remove("editing");
  one("[data-deed=edit]").setAttribute("aria-expanded", "false");
  one("[data-deed=edit]").focus();
}

async function preview() {
  const number = ++previewNumber;
  const result = await post(`/drafts/${draft}/preview`, words());
  if (number !== previewNumber) return; // a later one is under way
  if (result.reason) return toast(result.reason, { refused: true });
  one("#mail").innerHTML = result.mail; // made by our templates, which escape
  one("#lint").innerHTML = result.lint;
}

const onward = () => page.after || page.queue;

async function decideDraft(deed, wishes = {}) {
  if (changed() && deed !== "edit") {
    const result = await post(`/drafts/${draft}/edit`, words());
    if (result.reason) return toast(result.reason, { refused: true });
    saved = words();
  }
  sessionStorage.setItem("undo-path", location.pathname + location.search);
  return decide(`/drafts/${draft}/${deed}`, wishes, onward());
}

const here = (deed, wishes) => decide(`/drafts/${draft}/${deed}`, wishes);

function onLink(link, deed) {
  chooseLink(links.indexOf(link), { scroll: false });
  return decide(`/targets/${link.dataset.link}/${deed}`);
}

function offer(link, button) {
  chooseLink(links.indexOf(link), { scroll: false });
  return here("offer", { target: link.dataset.target, page: button.dataset.page ?? null });
}

function showPage(details) {
  if (one("iframe", details)) return;
  const frame = document.createElement("iframe");
  frame.setAttribute("sandbox", ""); // nothing is allowed in it: no script, no form, no way out
  frame.title = "The saved page";
  frame.src = details.dataset.page;
  details.append(frame);
}

const deeds = {
  approve: () => decideDraft("approve"),
  reject: () => decideDraft("reject"),
  snooze: () => decideDraft("snooze"),
  edit: () => (editor && !editor.hidden ? leaveEditor() : edit()),
  undo,
  template: () => { saved = null; return here("edit", { subject: null, body: null }); },
  "take-fresh": () => here("edit", { subject: null, body: null }),
  reopen: () => here("reopen"),
  hidden: () => here("hidden"),
  look: () => here("look"),
  "take-back": (button) => decide("/undo", { events: [Number(button.dataset.event)] }),
  sent: () => here("mark", { outcome: "sent" }),
  mark: (button) => here("mark", { outcome: button.dataset.outcome }),
  contact: (button) => here("contact", { contact: Number(button.dataset.contact) }),
  confirm: (button) => onLink(button.closest(".claim"), "confirm"),
  alive: (button) => onLink(button.closest(".claim"), "alive"),
  ignore: (button) => onLink(button.closest(".claim"), "ignore"),
  offer: (button) => offer(button.closest(".claim"), button),
};

const press = (selector, inside = document) => one(selector, inside || document)?.click();
const draftKeys = {
  j: () => (page.after ? go(page.after) : toast("That was the last one.")),
  k: () => (page.before ? go(page.before) : toast("That is the first one.")),
  a: () => press(".bar [data-deed=approve]"),
  x: () => press(".bar [data-deed=reject]"),
  s: () => press(".bar [data-deed=snooze]"),
  r: () => press(".bar [data-deed=reopen]"),
  e: () => press(".bar [data-deed=edit]"),
  q: () => go(page.queue),
  w: () => show(desk.dataset.view === "letter" ? "evidence" : "letter"),
  l: ofLink(() => chooseLink(at + 1)),
  c: ofLink(() => press("[data-deed=confirm]", currentLink())),
  v: ofLink(() => press("[data-deed=alive]", currentLink())),
  i: ofLink(() => press("[data-deed=ignore]", currentLink())),
  p: ofLink(() => { const details = currentLink() && one(".saved", currentLink()); if (details) details.open = !details.open; }),
  t: () => deeds.sent(),
  m: () => { show("letter"); const marks = one(".marks"); marks.open = true; marks.scrollIntoView({ block: "center" }); one("button", marks).focus(); },
  0: ofLink(() => press(".choose.none", currentLink())),
};
for (const key of ["1", "2", "3"]) {
  draftKeys[key] = ofLink(() => all(".offer .choose", currentLink())[Number(key) - 1]?.click());
}

// -- the queue ---------------------------------------------------------------------------------------------------------------

const rows = all(".row");
let row = -1;

function chooseRow(index) {
  if (!rows.length) return;
  row = Math.min(Math.max(index, 0), rows.length - 1);
  rows.forEach((each, number) => each.classList.toggle("current", number === row));
  one(".subject", rows[row]).focus({ preventScroll: true });
  rows[row].scrollIntoView({ block: "nearest" });
  sessionStorage.setItem("row", rows[row].dataset.id);
}

const picked = () => rows.filter((each) => one(".pick", each).checked);

function showPicked() {
  const number = picked().length;
  rows.forEach((each) => each.classList.toggle("picked", one(".pick", each).checked));
  one("#selected").textContent = number ? `${number} selected` : "";
  one(".bulk-actions").hidden = !number;
  one(".bulk .all span").hidden = Boolean(number);
  one("#select-all").checked = number === rows.length;
  one("#select-all").indeterminate = number > 0 && number < rows.length;
}

function bulk(deed) {
  const chosen = picked().length ? picked() : rows[row] ? [rows[row]] : [];
  if (!chosen.length) return toast("Choose a letter first: j and k move, Space selects.");
  return decideMany(deed, chosen.map((each) => Number(each.dataset.id)));
}

const left = (number) => (number === 1 ? "1 is left" : `${number} are left`);

// Those that wait for a word are asked about together, once; one undo takes back all of it.
async function decideMany(deed, ids) {
  if (busy) return false;
  busy = true;
  const result = await post("/bulk", { deed, ids });
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

const queueKeys = {
  j: () => chooseRow(row + 1),
  k: () => chooseRow(row - 1),
  Enter: () => rows[row] && go(rows[row].dataset.href),
  o: () => rows[row] && go(rows[row].dataset.href),
  " ": () => { if (row >= 0) { one(".pick", rows[row]).click(); } },
  a: () => bulk("approve"),
  x: () => bulk("reject"),
  s: () => bulk("snooze"),
  Escape: () => { picked().forEach((each) => { one(".pick", each).checked = false; }); if (rows.length) showPicked(); },
};

const keys = {
  ...(draft ? draftKeys : rows.length ? queueKeys : {}),
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
  const typing = event.target.matches("input:not([type=checkbox]), textarea");
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

if (editor) {
  saved = words();
  countSubject();
  editor.addEventListener("submit", (event) => { event.preventDefault(); leaveEditor(); });
  editor.addEventListener("input", () => { countSubject(); clearTimeout(previewTimer); previewTimer = setTimeout(preview, 200); });
}
window.addEventListener("beforeunload", (event) => { if (editor && changed() && !leaving) event.preventDefault(); });
all(".saved").forEach((details) => details.addEventListener("toggle", () => details.open && showPage(details)));
links.forEach((link, index) => link.addEventListener("click", () => chooseLink(index, { scroll: false })));

if (draft) {
  sessionStorage.setItem("row", draft);
  const kept = JSON.parse(sessionStorage.getItem("scroll") || "null");
  sessionStorage.removeItem("scroll");
  if (kept && kept.path === location.pathname) {
    if (kept.view) show(kept.view);
    const same = links.findIndex((link) => link.dataset.link === kept.link);
    chooseLink(same >= 0 ? same : at, { scroll: false });
    window.scrollTo(0, kept.y);
  } else {
    chooseLink(at, { scroll: false });
  }
} else if (rows.length) {
  all(".pick").forEach((box) => box.addEventListener("change", showPicked));
  rows.forEach((each, index) => one(".subject", each).addEventListener("focus", () => { row = index; rows.forEach((other, number) => other.classList.toggle("current", number === index)); }));
  one("#select-all").addEventListener("change", (event) => { all(".pick").forEach((box) => { box.checked = event.target.checked; }); showPicked(); });
  const remembered = rows.findIndex((each) => each.dataset.id === sessionStorage.getItem("row"));
  if (remembered >= 0) rows[row = remembered].classList.add("current");
  showPicked();
}
if (one(".filter-groups") && matchMedia("(max-width: 60rem)").matches) one(".filter-groups").open = false;
if (location.hash === "#q" && one("#q")) one("#q").select();
showKeptToast();
