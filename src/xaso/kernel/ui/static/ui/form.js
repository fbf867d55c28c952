// Every form page: focus on the error summary, links of the summary go to the field, one press only, conditional questions.
const summary = document.querySelector("[data-focus]");
if (summary) summary.focus();

document.addEventListener("click", (event) => {
  const link = event.target.closest(".errs a[href^='#']");
  if (!link) return;
  const id = link.hash.slice(1);
  const input = document.querySelector(`[data-for="${id}"]`) || document.getElementById(id);
  if (!input) return;
  event.preventDefault();
  (input.closest(".field") || input).scrollIntoView();
  input.focus({ preventScroll: true });
});

// A second press within 5 s is ignored; the server's once-key is the real guard.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method === "get") return;
  if (form.dataset.sentAt && Date.now() - form.dataset.sentAt < 5000) event.preventDefault();
  else form.dataset.sentAt = Date.now();
});
addEventListener("pageshow", () => document.querySelectorAll("form[data-sent-at]").forEach((form) => delete form.dataset.sentAt));

// A question with data-when="name=value" or "name=value1|value2" is hidden until that answer is given; hidden questions are not sent.
function conditions(root) {
  for (const block of root.querySelectorAll("[data-when]")) {
    const [name, values] = block.dataset.when.split("=");
    const form = block.closest("form");
    const wanted = values.split("|");
    const given = form ? new FormData(form).getAll(name) : [];
    const shown = given.some((value) => wanted.includes(value));
    block.hidden = !shown;
    for (const input of block.querySelectorAll("input, select, textarea")) input.disabled = !shown;
  }
}
document.addEventListener("change", (event) => event.target.form && conditions(event.target.form));
conditions(document);
