// Export: the file comes inside the answer and is handed to the browser. After desk.js.
"use strict";

let handedOver = null;

function keepFile({ name, kind, content }) {
  const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([bytes], { type: kind }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}

async function exportLetters() {
  if (busy) return;
  busy = true;
  const [form, preset] = one("#form").value.split(":");
  const result = await post("/export", { form, preset: preset || null });
  busy = false;
  if (result.reason) return toast(result.reason, { refused: true });
  keepFile(result);
  handedOver = result;
  one("#to-export").hidden = true;
  one("#exported").hidden = false; // no new page: it could stop the download
  one("#exported-said").textContent = result.said;
  one("#out-today").textContent = result.out_today;
}

Object.assign(deeds, {
  "make-due": () => decide("/export/look", {}),
  "all-sent": () => decideMany("mark", handedOver.ids, { outcome: "sent" }),
  "all-back": () => decide("/undo", { events: handedOver.events }),
});
one("#export-form")?.addEventListener("submit", (event) => { event.preventDefault(); exportLetters(); });
