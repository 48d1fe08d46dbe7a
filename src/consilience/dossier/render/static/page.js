"use strict";
// The page reads without this. It opens the passages of a point in place, marks a cited
// passage from its first to its last word, pairs the lines of the stemma with their
// evidence, and opens everything for the printer.
(() => {
  const root = document.documentElement;
  root.classList.add("js");

  const panel = (row) => document.getElementById(row.id + "-words");
  const show = (row, open) => {
    panel(row).classList.toggle("open", open);
    row.classList.toggle("opened", open);
    for (const link of row.querySelectorAll("a.says")) link.setAttribute("aria-expanded", String(open));
  };

  for (const link of document.querySelectorAll("a.says[aria-controls]")) {
    link.setAttribute("aria-expanded", "false");
    link.addEventListener("click", (event) => {
      if (event.metaKey || event.ctrlKey || event.shiftKey) return;
      event.preventDefault();
      const row = link.closest("tr");
      show(row, !panel(row).classList.contains("open"));
    });
  }
  for (const link of document.querySelectorAll("a.shut")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      const row = document.getElementById(link.getAttribute("href").slice(1));
      show(row, false);
      row.querySelector("a.says").focus();
    });
  }

  const mark = (id) => {
    for (const old of document.querySelectorAll(".cited")) old.classList.remove("cited");
    const [, text, start, end] = id.match(/^t(\d+)-(\d+)-(\d+)$/) || [];
    if (!text) return;
    for (const piece of document.querySelectorAll(`#t${text} [data-at]`)) {
      const at = Number(piece.dataset.at);
      if (at >= Number(start) && at < Number(end)) piece.classList.add("cited");
    }
  };

  const arrive = () => {
    const id = decodeURIComponent(location.hash.slice(1));
    const target = id && document.getElementById(id);
    if (!target) return;
    for (let box = target.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
    const hidden = target.matches("tr.point") && getComputedStyle(target).display === "none";
    if (hidden) document.getElementById("show-all").checked = true;
    const words = target.closest("tr.words");
    if (words) show(document.getElementById(words.id.replace(/-words$/, "")), true);
    else if (target.matches("tr.point")) show(target, true);
    mark(id);
    target.scrollIntoView({ block: id.startsWith("t") && id.includes("-") ? "center" : "start" });
  };
  window.addEventListener("hashchange", arrive);
  if (location.hash) arrive();

  // A line of the stemma under the pointer or in focus shows its evidence beside it; the
  // card can be pointed at itself, and Escape puts it away.
  const tree = document.querySelector(".tree");
  const peek = document.createElement("div");
  peek.className = "peek";
  peek.hidden = true;
  peek.setAttribute("aria-hidden", "true");
  if (tree) tree.parentElement.append(peek);
  let away = 0;
  const hide = () => { peek.hidden = true; };
  const leave = () => { clearTimeout(away); away = setTimeout(hide, 350); };
  const reveal = (number) => {
    clearTimeout(away);
    const why = document.getElementById("why-" + number);
    const near = [...tree.querySelectorAll(`.tagged[data-edge="${number}"]`)].find((tag) => tag.getClientRects().length);
    if (!why || !near) return;
    const parts = [...why.querySelectorAll(":scope > .what, :scope > .reason, :scope > .shown")];
    peek.replaceChildren(...parts.map((part) => part.cloneNode(true)));
    for (const copy of peek.querySelectorAll("[id]")) copy.removeAttribute("id");
    for (const link of peek.querySelectorAll("a")) link.tabIndex = -1;
    peek.hidden = false;
    const box = tree.parentElement.getBoundingClientRect(), at = near.getBoundingClientRect();
    const drawn = near.closest("svg").getBoundingClientRect().right + 20;
    const high = peek.offsetHeight;
    if (box.right - drawn > peek.offsetWidth) {  // beside the drawing, if there is room
      peek.style.left = drawn - box.left + "px";
      peek.style.top = Math.max(0, at.top - box.top - high / 2) + "px";
    } else {
      const left = at.left + at.width / 2 - box.left - peek.offsetWidth / 2;
      const below = at.bottom + high + 8 < window.innerHeight || at.top < high + 8;
      peek.style.left = Math.max(0, Math.min(left, box.width - peek.offsetWidth)) + "px";
      peek.style.top = (below ? at.bottom - box.top + 6 : at.top - box.top - high - 6) + "px";
    }
  };
  peek.addEventListener("mouseenter", () => clearTimeout(away));
  peek.addEventListener("mouseleave", leave);
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });

  for (const item of document.querySelectorAll("[data-edge]")) {
    const number = item.dataset.edge;
    const both = document.querySelectorAll(`[data-edge="${number}"]`);
    const light = (on) => both.forEach((other) => other.classList.toggle("lit", on));
    const line = Boolean(item.closest("svg"));
    for (const type of ["mouseenter", "focusin"]) {
      item.addEventListener(type, () => { light(true); if (line) reveal(number); });
    }
    for (const type of ["mouseleave", "focusout"]) {
      item.addEventListener(type, () => { light(false); if (line) leave(); });
    }
    if (line) item.addEventListener("click", hide);
  }

  let closed = [];
  window.addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details:not([open])")];
    closed.forEach((box) => { box.open = true; });
  });
  window.addEventListener("afterprint", () => closed.forEach((box) => { box.open = false; }));
})();
