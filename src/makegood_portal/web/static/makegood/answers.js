// An answer is kept as it is given, while somebody goes on to the next. So nothing of the page is replaced: questions that an
// answer brings up come in between, questions that are asked no more go, and what was typed or ticked meanwhile stays.

const GIVEN = "input:not([type=hidden]), textarea, select";
const TYPED = "input:not([type=hidden], [type=radio], [type=checkbox]), textarea, select";
const ERROR = ".utrecht-form-field-error-message";
const FIELDS = ["value_", "why_", "seen_", "source_", "was_"];

const form = document.getElementById("answers");
const questions = () => [...form.querySelectorAll("fieldset[id^=q-]")];
const nameOf = (question) => question.querySelector("[name=item]").value;
const answered = (question) => JSON.stringify([...question.querySelectorAll(GIVEN)].map((field) => (field.matches(TYPED) ? field.value : field.checked)));

// What the server said of each question: its answer, or that it does not take it. What differs from that is sent, so that what
// did not arrive goes along with the next answer.
const known = new Map();
let sent = new Map();
const remember = (question) => known.set(nameOf(question), answered(question));
if (form) questions().forEach(remember);

document.addEventListener("htmx:configRequest", ({ target, detail }) => {
  if (!form?.contains(target)) return;
  sent = new Map();
  detail.formData.delete("item");
  for (const question of questions()) {
    const name = nameOf(question);
    if (answered(question) === known.get(name)) FIELDS.forEach((field) => detail.formData.delete(field + name));
    else {
      detail.formData.append("item", name);
      sent.set(name, answered(question));
    }
  }
});

const twin = (question, field) => [...question.querySelectorAll(GIVEN)].find((one) => one.name === field.name && (one.matches(TYPED) || one.value === field.value));

// A question as it came back. Its answer and its error are shown where nobody changed it meanwhile.
const bringUpToDate = (question, fresh) => {
  const name = nameOf(question);
  const waits = !sent.has(name) && question.querySelector(ERROR); // what was not taken stays until it is put right
  const same = !waits && answered(question) === (sent.get(name) ?? known.get(name));
  const seen = question.querySelector(`[name="seen_${name}"]`);
  const before = seen.value;
  // What a colleague answered meanwhile counts as seen only where it is shown: else it would be replaced without a word.
  if (same || (sent.has(name) && !fresh.querySelector(ERROR))) seen.value = fresh.querySelector(`[name="seen_${name}"]`).value;
  const [was, is] = [question, fresh].map((one) => one.querySelector(`[name="was_${name}"]`));
  if (was && is && same) was.value = is.value;
  for (const field of fresh.querySelectorAll(GIVEN)) {
    const here = twin(question, field);
    if (!here) continue;
    if (!here.matches(TYPED)) here.checked = same ? field.checked : here.checked;
    else {
      if (here.matches("select") && !seen.value && !fresh.querySelector(`[name="seen_${name}"]`).value) continue; // chosen before the answer
      const now = same && here !== document.activeElement ? field.value : here.value;
      if (!sent.has(name) && now !== field.value) seen.value = before;
      if (!here.matches("select")) here.defaultValue = field.value; // what is kept, should this page be opened again
      here.value = now;
    }
  }
  if (!same) return;
  question.querySelector("[data-said-by]")?.replaceChildren(question.querySelector("select").selectedOptions[0].text);
  remember(question);
  if (!sent.has(name)) return;
  const [said, now] = [question.querySelector(ERROR), fresh.querySelector(ERROR)];
  said?.remove();
  if (now) question.querySelector("[name=item]").before(now);
  question.classList.toggle("utrecht-form-field--invalid", Boolean(now));
};

// One choice for the whole part: it sets whose answer it is at each of its questions, also those that are answered already.
const whole = form?.querySelector("[data-part-source]");
const whose = () => questions().flatMap((question) => question.querySelector("select") ?? []);
const ofThePart = () => {
  if (!whole) return;
  const said = new Set(whose().map((select) => select.value));
  whole.value = said.size === 1 ? [...said][0] : "";
  form.querySelector("[name=part_was]").value = whole.value; // each question says it by itself
};
whole?.addEventListener("change", () => {
  if (!whole.value) return ofThePart();
  for (const select of whose()) {
    if (![...select.options].some((option) => option.value === whole.value)) continue;
    select.value = whole.value;
    select.closest("fieldset").querySelector("[data-said-by]").replaceChildren(select.selectedOptions[0].text);
  }
  ofThePart();
  const changed = questions().find((question) => answered(question) !== known.get(nameOf(question)));
  changed?.dispatchEvent(new Event("change", { bubbles: true }));
});

const take = (items, fresh) => {
  const added = [];
  let last = null;
  for (const one of [...fresh.children]) {
    let here = document.getElementById(one.id);
    if (!here) {
      here = one;
      if (last) last.after(one);
      else items.prepend(one);
      added.push(one);
      if (one.matches("fieldset")) remember(one);
    } else if (here.matches("fieldset")) bringUpToDate(here, one);
    here.dataset.fresh = "";
    last = here;
  }
  for (const one of [...items.children]) {
    if (!("fresh" in one.dataset)) one.remove();
    delete one.dataset.fresh;
  }
  document.getElementById("kept").classList.remove("kept--not");
  ofThePart();
  return added;
};

// `htmx` is there once the page was read, and looks for extensions after that.
document.addEventListener("DOMContentLoaded", () => {
  window.htmx?.defineExtension("answers", {
    isInlineSwap: (style) => style === "answers",
    handleSwap: (style, target, fragment) => style === "answers" && take(target, fragment.querySelector("#items")),
  });
});
