// Small comforts of plain pages: show a password, copy the offered one, no double sending.
// Everything works without them.
"use strict";
document.querySelectorAll("[data-show]").forEach((button) => {
  const field = document.getElementById(button.dataset.show);
  button.hidden = false;
  button.addEventListener("click", () => {
    const shown = field.type === "password";
    field.type = shown ? "text" : "password";
    button.setAttribute("aria-pressed", String(shown));
    field.focus();
  });
  field.form?.addEventListener("submit", () => { field.type = "password"; });
});
document.querySelectorAll("[data-copy]").forEach((button) => {
  if (!navigator.clipboard) return;
  const field = document.getElementById(button.dataset.copy);
  const label = button.querySelector("span");
  const text = label.textContent;
  button.hidden = false;
  button.addEventListener("click", () => {
    navigator.clipboard.writeText(field.value).then(() => {
      label.textContent = button.dataset.done;
      setTimeout(() => { label.textContent = text; }, 3000);
    });
  });
});
document.addEventListener("submit", (event) => {
  const button = event.target.querySelector("[data-once]");
  if (!button) return;
  if (button.getAttribute("aria-busy") === "true") {
    event.preventDefault();
    return;
  }
  button.setAttribute("aria-busy", "true");
});
addEventListener("pageshow", (event) => {
  if (event.persisted) {
    document.querySelectorAll("[data-once]").forEach((button) => button.removeAttribute("aria-busy"));
  }
});
const summary = document.querySelector(".c-summary");
if (summary) summary.focus();
