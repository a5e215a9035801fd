// Small comforts of pages where more is typed: numbers in groups, the rules of a password ticked off,
// copying and printing what is shown once. Everything works without them.
"use strict";
document.querySelectorAll("[data-copy]").forEach((button) => {
  if (!navigator.clipboard) return;
  const field = document.getElementById(button.dataset.copy);
  const label = button.querySelector("span");
  const text = label.textContent;
  button.hidden = false;
  button.addEventListener("click", () => {
    navigator.clipboard.writeText(field.value || field.innerText).then(() => {
      label.textContent = button.dataset.done;
      setTimeout(() => { label.textContent = text; }, 3000);
    });
  });
});
document.querySelectorAll("[data-print]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", () => print());
});
// A card's number in groups of four while it is typed; whatever else was pasted stays as it is.
document.querySelectorAll("input[name=card][inputmode=numeric]").forEach((field) => {
  field.addEventListener("input", () => {
    const typed = field.value;
    if (/[^\d\s-]/.test(typed)) return;
    const text = typed.replace(/\D/g, "").replace(/(.{4})(?=.)/g, "$1 ");
    if (text === typed) return;
    let left = typed.slice(0, field.selectionStart).replace(/\D/g, "").length;
    field.value = text;
    let caret = 0;
    while (left) if (/\d/.test(text[caret++])) left--;
    field.setSelectionRange(caret, caret);
  });
});
// A Russian phone as people read it, once it is typed.
document.querySelectorAll("input[type=tel]").forEach((field) => {
  field.addEventListener("change", () => {
    const digits = field.value.replace(/[\s()+-]/g, "").replace(/^8(?=9\d{9}$)|^(?=9\d{9}$)/, "7");
    if (/^79\d{9}$/.test(digits)) field.value = digits.replace(/(.)(...)(...)(..)(..)/, "+$1 $2 $3-$4-$5");
  });
});
// Typing one's own password chooses it, and the rules are ticked off on the way.
const rules = document.querySelectorAll("[data-rule]");
if (rules.length) {
  const own = document.querySelector("[name=choice][value=own]");
  const field = document.getElementById("password");
  field.addEventListener("input", () => {
    const text = field.value;
    const met = {
      length: [...text].length >= 8,
      digit: /\d/.test(text),
      special: /[^\p{L}\p{N}\s]/u.test(text),
    };
    own.checked = true;
    rules.forEach((rule) => { rule.dataset.state = met[rule.dataset.rule] ? "met" : ""; });
  });
}
