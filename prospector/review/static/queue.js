// The queue: rows that are chosen, and what is done with many at once. After desk.js.
"use strict";

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

const openChosen = () => go((rows[row] || rows[0]).dataset.href); // before any is chosen: the first

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

function bulk(name) {
  const [deed, more] = name === "sent" ? ["mark", { outcome: "sent" }] : [name, {}];
  const chosen = picked().length ? picked() : rows[row] ? [rows[row]] : [];
  if (!chosen.length) return toast("Choose a letter first: j and k move, Space selects.");
  return decideMany(deed, chosen.map((each) => Number(each.dataset.id)), more);
}

if (rows.length) Object.assign(keys, {
  j: () => chooseRow(row + 1),
  k: () => chooseRow(row - 1),
  Enter: openChosen,
  o: openChosen,
  " ": () => { if (row >= 0) { one(".pick", rows[row]).click(); } },
  a: () => bulk("approve"),
  x: () => bulk("reject"),
  s: () => bulk("snooze"),
  Escape: () => { picked().forEach((each) => { one(".pick", each).checked = false; }); if (rows.length) showPicked(); },
});

if (rows.length) {
  all(".pick").forEach((box) => box.addEventListener("change", showPicked));
  rows.forEach((each, index) => one(".subject", each).addEventListener("focus", () => { row = index; rows.forEach((other, number) => other.classList.toggle("current", number === index)); }));
  one("#select-all").addEventListener("change", (event) => { all(".pick").forEach((box) => { box.checked = event.target.checked; }); showPicked(); });
  const remembered = rows.findIndex((each) => each.dataset.id === sessionStorage.getItem("row"));
  if (remembered >= 0) rows[row = remembered].classList.add("current");
  showPicked();
}
if (one(".filter-groups") && matchMedia("(max-width: 60rem)").matches) one(".filter-groups").open = false;
if (location.hash === "#q" && one("#q")) one("#q").select();
