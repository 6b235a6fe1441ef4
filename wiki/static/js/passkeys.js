// Passkeys: a form with data-passkey asks the wiki what to ask the browser (at that address), asks
// the browser, and is sent with the answer. data-passkey-does says what: "get" or "create".

function bytes(text) {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (char) => char.charCodeAt(0));
}

function text(buffer) {
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

// What the wiki asks, with bytes where the browser wants bytes.
function readable(options) {
  const made = { ...options, challenge: bytes(options.challenge) };
  if (options.user) made.user = { ...options.user, id: bytes(options.user.id) };
  for (const list of ["allowCredentials", "excludeCredentials"]) {
    if (options[list]) made[list] = options[list].map((key) => ({ ...key, id: bytes(key.id) }));
  }
  return made;
}

// What the browser answers, as text.
function sendable(credential) {
  const { response } = credential;
  const parts = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[name]) parts[name] = text(response[name]);
  }
  if (response.getTransports) parts.transports = response.getTransports();
  return JSON.stringify({
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    response: parts,
    clientExtensionResults: credential.getClientExtensionResults(),
    authenticatorAttachment: credential.authenticatorAttachment,
  });
}

async function ask(form) {
  const answer = await fetch(form.dataset.passkey, {
    method: "POST",
    body: new FormData(form),
    headers: { Accept: "application/json" },
  });
  const told = await answer.json();
  if (!answer.ok) throw new Error(told.message);
  return told;
}

async function fill(form) {
  const { ticket, options } = await ask(form);
  const does = form.dataset.passkeyDoes;
  const credential = await navigator.credentials[does]({ publicKey: readable(options) });
  form.elements.ticket.value = ticket;
  form.elements.credential.value = sendable(credential);
}

function say(form, sentence) {
  const place = form.querySelector("[data-passkey-problem]");
  place.textContent = sentence;
  place.hidden = !sentence;
}

function begin(form) {
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    if (form.elements.credential.value) return;
    event.preventDefault();
    say(form, "");
    try {
      await fill(form);
    } catch (error) {
      // The browser's own refusals speak of no cause, to give nothing away.
      say(form, error instanceof DOMException ? form.dataset.passkeyStopped : error.message);
      return;
    }
    const remember = document.getElementById("field-remember");
    if (remember && form.elements.remember) form.elements.remember.value = remember.checked ? "yes" : "";
    // The password served to ask; the wiki does not need it twice.
    if (form.elements.current_password) form.elements.current_password.disabled = true;
    form.submit();
  });
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (window.PublicKeyCredential) begin(form);
  else document.querySelector("[data-passkey-missing]")?.removeAttribute("hidden");
}
