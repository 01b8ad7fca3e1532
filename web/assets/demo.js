// Sends texts without loading the page again, and shows what arrives meanwhile. The page works without it.
"use strict";
const thread = document.getElementById("thread");
const phone = document.querySelector("#write [name=phone]").value;
const toEnd = () => { thread.scrollTop = thread.scrollHeight; };
toEnd();

async function refresh() {
  const answer = await fetch("/demo/thread?phone=" + encodeURIComponent(phone));
  if (!answer.ok) return;
  const { now, texts } = await answer.json();
  document.getElementById("now").textContent = now;
  if (!texts.length) return;
  const rows = texts.map(({ mine, body, at, status }) => {
    const row = document.createElement("li");
    row.className = mine ? "mine" : "theirs";
    const words = document.createElement("p");
    words.textContent = body;
    const when = document.createElement("small");
    when.textContent = at + (status ? " · " + status : "");
    row.append(words, when);
    return row;
  });
  const follow = rows.length !== thread.querySelectorAll(".mine, .theirs").length;
  thread.replaceChildren(...rows);
  if (follow) toEnd();
}

for (const form of document.querySelectorAll(".write, .words")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const data = new URLSearchParams(new FormData(form));
    if (event.submitter && event.submitter.name) data.set("body", event.submitter.value);
    if (!data.get("body")) return;
    const box = document.getElementById("body");
    box.value = "";
    await fetch("/demo/text", { method: "POST", body: data });
    await refresh();
    box.focus();
  });
}
setInterval(() => { if (!document.hidden) refresh().catch(() => {}); }, 1500);
