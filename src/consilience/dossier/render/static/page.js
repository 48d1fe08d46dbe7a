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

  for (const link of document.querySelectorAll("a.says")) {
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

  for (const item of document.querySelectorAll("[data-edge]")) {
    const both = document.querySelectorAll(`[data-edge="${item.dataset.edge}"]`);
    const light = (on) => both.forEach((other) => other.classList.toggle("lit", on));
    for (const type of ["mouseenter", "focusin"]) item.addEventListener(type, () => light(true));
    for (const type of ["mouseleave", "focusout"]) item.addEventListener(type, () => light(false));
  }

  let closed = [];
  window.addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details:not([open])")];
    closed.forEach((box) => { box.open = true; });
  });
  window.addEventListener("afterprint", () => closed.forEach((box) => { box.open = false; }));
})();
