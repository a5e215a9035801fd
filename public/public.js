// Small comforts of every page: show a password, close lists, no double sending. Everything works
// without them; what only some pages need is in typing.js.
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
// An installed cabinet is on one's own device: whoever signs in there stays, unless they say no.
const stay = document.querySelector("[name=remember][type=checkbox]");
if (stay && !document.querySelector(".c-summary") && matchMedia("(display-mode: standalone)").matches) stay.checked = true;
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
// A page that waits for something looks again, and comes anew once it says something else.
let pause = 5000;
const lookAgain = async () => {
  setTimeout(lookAgain, pause = Math.min(pause + 2500, 15000));
  const answer = document.hidden ? null : await fetch(location.href).catch(() => null);
  if (!answer?.ok) return;
  // Read as text: as a document its styles would be refused.
  const [, now] = /<h1[^>]*>([^<]*)/.exec(await answer.text()) ?? [];
  if (now !== document.querySelector("h1").textContent) location.reload();
};
if (document.querySelector("[data-waits]")) setTimeout(lookAgain, pause);
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
    if (/\/api\/(payments|refunds)\//.test(event.target.action)) refuse(event);
  }, true);
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("[data-kind=money]")) refuse(event);
  }, true);
  if (!navigator.onLine) away();
}
