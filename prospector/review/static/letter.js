// One letter: its links, its words, what is decided about it. After desk.js.
"use strict";

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

const desk = one("#desk");

// -- the letter or the evidence, where only one of them has room; elsewhere both are there, whatever is chosen

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

Object.assign(deeds, {
  approve: () => decideDraft("approve"),
  reject: () => decideDraft("reject"),
  snooze: () => decideDraft("snooze"),
  edit: () => (editor && !editor.hidden ? leaveEditor() : edit()),
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
});

const press = (selector, inside = document) => one(selector, inside || document)?.click();
Object.assign(keys, {
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
});
for (const key of ["1", "2", "3"]) {
  keys[key] = ofLink(() => all(".offer .choose", currentLink())[Number(key) - 1]?.click());
}

remember = () => ({ link: currentLink()?.dataset.link, view: desk.dataset.view });
if (editor) {
  saved = words();
  countSubject();
  editor.addEventListener("submit", (event) => { event.preventDefault(); leaveEditor(); });
  editor.addEventListener("input", () => { countSubject(); clearTimeout(previewTimer); previewTimer = setTimeout(preview, 200); });
}
window.addEventListener("beforeunload", (event) => { if (editor && changed() && !leaving) event.preventDefault(); });
all(".saved").forEach((details) => details.addEventListener("toggle", () => details.open && showPage(details)));
links.forEach((link, index) => link.addEventListener("click", () => chooseLink(index, { scroll: false })));

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
