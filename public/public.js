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
    navigator.clipboard.writeText(field.value || field.innerText).then(() => {
      label.textContent = button.dataset.done;
      setTimeout(() => { label.textContent = text; }, 3000);
    });
  });
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
// An installed cabinet is on one's own device: whoever signs in there stays, unless they say no.
const stay = document.querySelector("[name=remember][type=checkbox]");
if (stay && !document.querySelector(".c-summary") && matchMedia("(display-mode: standalone)").matches) stay.checked = true;
document.querySelectorAll("[data-print]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", () => print());
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
// A list that was opened closes on Esc and on a click beside it.
const closeLists = (but) => document.querySelectorAll(".c-switcher[open]").forEach((list) => {
  if (!list.contains(but)) list.open = false;
});
document.addEventListener("click", (event) => closeLists(event.target));
document.addEventListener("keydown", (event) => { if (event.key === "Escape") closeLists(null); });
document.addEventListener("submit", (event) => {
  const button = event.target.querySelector("[data-once]");
  // The switch of language takes the form along and does not send it.
  if (!button || event.submitter?.name === "lang") return;
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

// Without a connection the page stays, says of when it is, and starts no payment.
const banner = document.querySelector(".c-offline");
if (banner) {
  let fresh = new Date();
  try {
    new PerformanceObserver((list) => {
      if (list.getEntries().some((entry) => entry.name.includes("/api/") && entry.responseStatus !== 0)) fresh = new Date();
    }).observe({ type: "resource" });
  } catch { /* An old browser: the time of the page itself stands. */ }
  const format = (options) => fresh.toLocaleString(document.documentElement.lang, options);
  const link = (href, text) => {
    const a = document.createElement("a");
    a.href = href;
    a.rel = "external";
    a.textContent = text;
    return a;
  };
  const tell = (text) => {
    const { retry, call, tel } = banner.dataset;
    const words = document.createElement("span");
    words.textContent = text;
    const ways = document.createElement("span");
    ways.append(link("", retry), link(tel, call));
    banner.replaceChildren(words, ways);
  };
  const away = () => {
    document.documentElement.dataset.offline = "";
    const day = format({ day: "numeric", month: "long" });
    tell(`${banner.dataset.away} ${day}, ${format({ hour: "2-digit", minute: "2-digit" })}`);
  };
  addEventListener("offline", away);
  addEventListener("online", () => {
    delete document.documentElement.dataset.offline;
    banner.replaceChildren();
  });
  const refuse = (event) => {
    if (navigator.onLine) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    tell(banner.dataset.stopped);
  };
  document.addEventListener("submit", (event) => {
    if (event.target.action.includes("/api/payments/")) refuse(event);
  }, true);
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("[data-kind=money]")) refuse(event);
  }, true);
  if (!navigator.onLine) away();
}
