// Passkeys: signing in from the login field or by a button, and adding one. Without this file, or in
// a browser that has none, pages work with the password.
"use strict";
(() => {
  if (!window.PublicKeyCredential || !navigator.credentials) return;
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const ask = async (path) => {
    const answer = await fetch(path, { method: "POST", headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(String(answer.status));
    const asked = JSON.parse(await answer.json());
    const options = asked.publicKey;
    options.challenge = bytes(options.challenge);
    if (options.user) options.user.id = bytes(options.user.id);
    for (const list of ["allowCredentials", "excludeCredentials"]) {
      options[list] = (options[list] || []).map((one) => ({ ...one, id: bytes(one.id) }));
    }
    return [asked.ceremony, options];
  };
  // The answer travels as an ordinary form, so it is refused and followed like any other.
  const send = (form, ceremony, made) => {
    const { response } = made;
    const parts = { clientDataJSON: text(response.clientDataJSON) };
    for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (response[name]) parts[name] = text(response[name]);
    }
    form.elements.ceremony.value = ceremony;
    form.elements.answer.value = JSON.stringify({
      id: made.id, rawId: text(made.rawId), type: made.type, response: parts,
    });
    const remember = document.getElementById("remember");
    if (remember && form.elements.remember) form.elements.remember.value = String(remember.checked);
    form.submit();
  };
  // After a password the server may offer one, where this device can have one.
  const able = document.querySelector("[data-able]");
  if (able) {
    PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable()
      .then((can) => { able.value = can ? "true" : ""; })
      .catch(() => {});
  }
  const form = document.querySelector("form[data-passkey]");
  if (!form) return;
  const button = form.querySelector("button");
  const adding = form.dataset.passkey === "add";
  let waiting = null;
  const run = async (mediation) => {
    const [ceremony, publicKey] = await ask(adding ? "/api/profile/passkey-begin" : "/api/passkeys/begin");
    waiting = new AbortController();
    const { signal } = waiting;
    const made = adding
      ? await navigator.credentials.create({ publicKey, signal })
      : await navigator.credentials.get({ publicKey, signal, ...mediation });
    send(form, ceremony, made);
  };
  form.hidden = false;
  document.querySelectorAll("[data-no-passkey]").forEach((words) => { words.hidden = true; });
  button.addEventListener("click", (event) => {
    event.preventDefault();
    if (waiting) waiting.abort();
    button.setAttribute("aria-busy", "true");
    // Whoever closes the system's window has changed their mind: nothing to say.
    run({}).catch(() => button.removeAttribute("aria-busy"));
  });
  const conditional = PublicKeyCredential.isConditionalMediationAvailable;
  if (!adding && conditional) {
    conditional.call(PublicKeyCredential)
      .then((able) => able && run({ mediation: "conditional" }))
      .catch(() => {});
  }
})();
