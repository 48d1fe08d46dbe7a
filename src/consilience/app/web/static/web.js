"use strict";
// What the pages gain with a script; each of them works without.
//
// data-swap="ID"  on a link or form: fetch where it leads and exchange only the element of that id
// data-live       on such a form: as one types too; the address follows
// data-poll="2"   on an element with an id: fetch the page anew every two seconds while it says so
// data-drop       on a form with a file field: files may be dropped anywhere on the page
// data-item       on links: j and k go from one to the next

const KEYS_OFF = "consilience-keys-off";
let asked = null;

async function swap(address, init, id, follow) {
  asked?.abort();
  asked = new AbortController();
  let answer;
  try {
    answer = await fetch(address, { ...init, headers: { Accept: "text/html" }, signal: asked.signal });
  } catch (error) {
    if (error.name === "AbortError") return false;
    throw error;
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const next = page.getElementById(id), old = document.getElementById(id);
  if (!next || !old) { location.assign(answer.url); return false; }
  const focused = old.contains(document.activeElement) && document.activeElement;
  old.replaceWith(document.adoptNode(next));
  for (const part of ["working", "did"]) {
    const told = page.getElementById(part), there = document.getElementById(part);
    if (told && there && id !== part) there.replaceChildren(...told.childNodes);
  }
  if (focused) (next.querySelector(focused.id ? "#" + CSS.escape(focused.id) : "button") || next).focus();
  if (follow) history.replaceState(null, "", answer.url);
  document.dispatchEvent(new CustomEvent("swapped", { detail: { id } }));
  poll();
  return true;
}

function sent(form, button) {
  const values = new URLSearchParams(new FormData(form, button));
  const address = new URL(button?.getAttribute("formaction") || form.getAttribute("action"), location.href);
  if (form.method === "post") return [address, { method: "POST", body: values }];
  address.search = values;
  return [address, {}];
}

document.addEventListener("submit", (event) => {
  const form = event.target, id = form.dataset.swap;
  if (!id || form.enctype === "multipart/form-data") return;
  event.preventDefault();
  const [address, init] = sent(form, event.submitter);
  swap(address, init, id, form.method !== "post").catch(() => form.submit());
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-swap]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  swap(link.href, {}, link.dataset.swap, true).catch(() => location.assign(link.href));
});

let typing = 0;
document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (!form || !("live" in form.dataset)) return;
  clearTimeout(typing);
  typing = setTimeout(() => swap(sent(form)[0], {}, form.dataset.swap, true).catch(() => {}), 250);
});

// -- what is under way --

let waiting = 0;
function poll() {
  clearTimeout(waiting);
  const part = document.querySelector("[data-poll]");
  if (!part) return;
  waiting = setTimeout(() => {
    if (document.hidden) poll();
    else swap(location.href, {}, part.id, false).catch(poll);
  }, 1000 * Number(part.dataset.poll));
}
poll();

if (/[?&]did=/.test(location.search)) {
  const address = new URL(location.href);
  address.searchParams.delete("did");
  history.replaceState(null, "", address);
}

// -- files --

for (const form of document.querySelectorAll("form[data-drop]")) {
  const field = form.querySelector('input[type="file"]'), told = form.querySelector("[data-told]");
  const tell = () => { told.textContent = [...field.files].map((f) => f.name).join(", "); };
  field.addEventListener("change", tell);
  let inside = 0;
  const over = (change) => { inside = Math.max(0, inside + change); form.classList.toggle("over", inside > 0); };
  document.addEventListener("dragenter", () => over(1));
  document.addEventListener("dragleave", () => over(-1));
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => {
    over(-99);
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    field.files = event.dataTransfer.files;
    tell();
    form.querySelector("button").focus();
  });
}

// -- keys --

function step(by) {
  const items = [...document.querySelectorAll("[data-item]")];
  const at = items.indexOf(document.activeElement);
  const next = items[at < 0 ? (by > 0 ? 0 : items.length - 1) : at + by];
  next?.focus();
  next?.closest("article, li, tr")?.scrollIntoView({ block: "nearest" });
}

const KEYS = { j: () => step(1), k: () => step(-1), "/": () => document.getElementById("find").select(), "?": () => location.assign("/help#keys") };

document.addEventListener("keydown", (event) => {
  const writing = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key === "Escape" && writing) { writing.blur(); return; }
  if (writing || event.ctrlKey || event.metaKey || event.altKey || !KEYS[event.key]) return;
  if (localStorage.getItem(KEYS_OFF)) return;
  event.preventDefault();
  KEYS[event.key]();
});

const choice = document.querySelector("button[data-keys]");
if (choice) {
  const show = () => {
    const off = Boolean(localStorage.getItem(KEYS_OFF));
    choice.hidden = false;
    choice.setAttribute("aria-pressed", String(!off));
    choice.textContent = off ? "Keys are off" : "Keys are on";
  };
  choice.addEventListener("click", () => {
    if (localStorage.getItem(KEYS_OFF)) localStorage.removeItem(KEYS_OFF);
    else localStorage.setItem(KEYS_OFF, "1");
    show();
  });
  show();
}
