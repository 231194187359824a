// What pages do a little better with JavaScript. Without it nothing is lost.

// The summary of errors is read out and the first thing that Tab leaves from.
document.querySelector("[data-error-summary]")?.focus();

// A row of tabs that slides begins at the page that is open.
for (const row of document.querySelectorAll(".tabs ul")) {
  const here = row.querySelector("[aria-current]");
  if (here && row.scrollWidth > row.clientWidth) row.scrollLeft = here.offsetLeft - (row.clientWidth - here.offsetWidth) / 2;
}

// Open sheets close on Escape and on a click beside them.
const sheets = () => document.querySelectorAll("details[data-sheet][open]");
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const sheet of sheets()) {
    sheet.open = false;
    sheet.querySelector("summary").focus();
  }
});
document.addEventListener("click", (event) => {
  for (const sheet of sheets()) if (!sheet.contains(event.target)) sheet.open = false;
});

// A form goes out once. The mark is taken off when the page comes back from the browser's memory.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.matches("[data-no-guard]") || event.defaultPrevented) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  event.submitter?.classList.add("is-busy");
  event.submitter?.setAttribute("aria-disabled", "true");
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  for (const button of document.querySelectorAll(".is-busy")) {
    button.classList.remove("is-busy");
    button.removeAttribute("aria-disabled");
  }
});

// Buttons that print; hidden where nothing would happen.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

// Long forms keep what was typed on this device's tab until it is sent: a session that expires loses nothing.
for (const form of document.querySelectorAll("form[data-keep]")) {
  const name = `keep:${location.pathname}:${form.id}`;
  const fields = () => [...form.elements].filter((field) => field.name && field.type !== "hidden" && field.type !== "password" && field.type !== "file");
  const kept = JSON.parse(sessionStorage.getItem(name) ?? "null");
  if (kept) {
    for (const field of fields()) {
      if (!(field.name in kept) || field.defaultValue !== (kept[field.name].before ?? field.defaultValue)) continue;
      const { value } = kept[field.name];
      if (field.type === "radio" || field.type === "checkbox") field.checked = value.includes(field.value);
      else field.value = value;
    }
  }
  form.addEventListener("input", () => {
    const values = {};
    for (const field of fields()) {
      if (field.type === "radio" || field.type === "checkbox") {
        values[field.name] ??= { value: [] };
        if (field.checked) values[field.name].value.push(field.value);
      } else values[field.name] = { value: field.value, before: field.defaultValue };
    }
    sessionStorage.setItem(name, JSON.stringify(values));
  });
  form.addEventListener("submit", () => setTimeout(() => sessionStorage.setItem(`sent:${name}`, "yes")));
}
// An answer is kept as it is given. Where it was not, the line that would say so says that, and what to do.
const said = (event, words, not) => {
  const form = event.target.closest?.("[data-not-kept]");
  const line = form && document.getElementById("kept");
  if (!line) return;
  line.textContent = words(form.dataset);
  line.classList.toggle("kept--not", not);
};
document.addEventListener("htmx:beforeRequest", (event) => said(event, (words) => words.keeping, false));
document.addEventListener("htmx:responseError", (event) => said(event, (words) => words.notKept, true));
for (const name of ["htmx:sendError", "htmx:timeout"]) document.addEventListener(name, (event) => said(event, (words) => words.notSent, true));

// One box ticks all of a list; beside it stands how many are ticked.
for (const line of document.querySelectorAll("[data-tick-all]")) {
  const all = line.querySelector("input");
  const boxes = [...all.form.elements].filter((box) => box.name === line.dataset.tickAll);
  const show = () => {
    const ticked = boxes.filter((box) => box.checked).length;
    all.checked = ticked === boxes.length;
    all.indeterminate = ticked > 0 && !all.checked;
    line.querySelector("[role=status]").textContent = ticked ? line.dataset.said.replace("{n}", ticked) : "";
  };
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
  });
  all.form.addEventListener("change", show);
  window.addEventListener("pageshow", show);
  line.hidden = false;
}

// A part of a page that is asked anew (a search, work that goes on) and gets no answer says so above it, until an answer comes.
const part = (event) => (event.target.closest?.("[data-not-kept]") ? null : (event.detail?.target ?? event.target));
const above = (place) => (place?.previousElementSibling?.matches(".not-new") ? place.previousElementSibling : null);
const notNew = (event, words) => {
  const place = part(event);
  if (!place?.isConnected) return;
  let line = above(place);
  if (!line) {
    line = document.createElement("p");
    line.className = "not-new";
    line.setAttribute("role", "alert");
    place.before(line);
  }
  if (line.textContent !== words) line.textContent = words;
};
document.addEventListener("htmx:responseError", (event) => notNew(event, document.body.dataset.noAnswer));
for (const name of ["htmx:sendError", "htmx:timeout"]) document.addEventListener(name, (event) => notNew(event, document.body.dataset.noConnection));
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.shouldSwap) above(part(event))?.remove();
});

// Sent and answered with another page: the copy may go.
for (const key of Object.keys(sessionStorage)) {
  if (!key.startsWith("sent:keep:")) continue;
  const name = key.slice(5);
  const [, path] = name.split(":");
  if (path !== location.pathname && document.querySelector("main") && !document.querySelector("[data-log-in]")) sessionStorage.removeItem(name);
  sessionStorage.removeItem(key);
}

// A one-time link carries its secret behind the #, which browsers never send: it goes into the form, and out of the address.
for (const field of document.querySelectorAll("[data-from-fragment]")) {
  if (!field.value && location.hash.length > 1) {
    field.value = decodeURIComponent(location.hash.slice(1));
    history.replaceState(null, "", location.pathname);
  }
}
