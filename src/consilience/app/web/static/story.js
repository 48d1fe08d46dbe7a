"use strict";
// The pages of a story read without this. It opens a point's passages under its line, closes an open menu,
// copies the stable link, and shows the chosen two texts at once; a link to a discrepancy finds the page it stands on.
(() => {
  document.documentElement.classList.add("js");

  const close = (row) => {
    row.nextElementSibling.remove();
    row.classList.remove("opened");
    row.querySelector("a.says").setAttribute("aria-expanded", "false");
  };

  const open = async (link) => {
    const row = link.closest("tr");
    const answer = await fetch(link.href, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const words = page.getElementById("point");
    if (!answer.ok || !words) throw new Error(answer.statusText);
    const line = document.createElement("tr"), cell = document.createElement("td"), panel = document.createElement("div");
    line.className = "words here";
    cell.colSpan = row.cells.length;
    panel.className = "panel";
    panel.append(...words.childNodes);
    const whole = document.createElement("p"), way = document.createElement("a");
    whole.className = "close";
    way.href = link.href;
    way.textContent = "Point on its own page";
    whole.append(way);
    panel.append(whole);
    cell.append(panel);
    line.append(cell);
    row.after(line);
    row.classList.add("opened");
    link.setAttribute("aria-expanded", "true");
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest(".matrix a.says");
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    const row = link.closest("tr");
    if (row.classList.contains("opened")) close(row);
    else open(link).catch(() => location.assign(link.href));
  });

  const tell = () => {
    for (const link of document.querySelectorAll(".matrix a.says:not([aria-expanded])")) link.setAttribute("aria-expanded", "false");
  };
  // where the parts do not fit beside each other, the one that is open is seen
  const bring = () => {
    const list = document.querySelector(".parts ul"), now = list?.querySelector("[aria-current]");
    if (now) list.scrollLeft = now.offsetLeft - list.offsetLeft - (list.clientWidth - now.offsetWidth) / 2;
  };
  const arrive = () => { tell(); bring(); };
  arrive();
  document.addEventListener("swapped", arrive);

  // a kept link to a discrepancy that stands on another page by now
  const led = /^#d(\d+)$/.exec(location.hash), asked = new URL(location.href);
  if (led && asked.pathname.endsWith("/discrepancies") && !document.getElementById("d" + led[1]) && !asked.searchParams.has("at")) {
    asked.searchParams.set("at", led[1]);
    location.replace(asked);
  }

  // one menu at a time; Escape and a click beside it close it
  const menus = () => document.querySelectorAll(".doings details[open]");
  document.addEventListener("click", (event) => {
    for (const menu of menus()) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of menus()) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });

  for (const field of document.querySelectorAll("input[data-copy]")) field.addEventListener("focus", () => field.select());

  document.addEventListener("change", (event) => {
    if (event.target.closest("form.pair")) event.target.form.requestSubmit();
  });
})();
