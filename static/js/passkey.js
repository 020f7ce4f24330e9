// Passkeys: fetch the question, let the device answer, send the answer with the form. Forms stay hidden where it cannot work.
(() => {
  if (!window.PublicKeyCredential || !window.isSecureContext) return;
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
  const named = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));

  const question = async (form) => {
    const answer = await fetch(form.dataset.passkeyAsk, {
      method: 'POST',
      headers: { 'X-CSRFToken': form.elements.csrf_token.value },
    });
    if (!answer.ok) throw new Error(`the question came with ${answer.status}`);
    const asked = await answer.json();
    const shared = { ...asked, challenge: bytes(asked.challenge) };
    if (form.dataset.passkey === 'get') return { ...shared, allowCredentials: named(asked.allowCredentials) };
    const user = { ...asked.user, id: bytes(asked.user.id) };
    return { ...shared, user, excludeCredentials: named(asked.excludeCredentials) };
  };

  const signed = ({ id, rawId, type, response, authenticatorAttachment }) => {
    const parts = ['clientDataJSON', 'attestationObject', 'authenticatorData', 'signature', 'userHandle'];
    const told = parts.filter((part) => response[part]).map((part) => [part, text(response[part])]);
    const whole = { id, rawId: text(rawId), type, authenticatorAttachment, clientExtensionResults: {} };
    return JSON.stringify({ ...whole, response: Object.fromEntries(told) });
  };

  const start = async (form) => {
    const failed = form.querySelector('[data-passkey-failed]');
    failed.hidden = true;
    try {
      const publicKey = await question(form);
      const made = await (form.dataset.passkey === 'get'
        ? navigator.credentials.get({ publicKey })
        : navigator.credentials.create({ publicKey }));
      form.elements.proof_credential.value = signed(made);
      form.requestSubmit();
    } catch {
      failed.hidden = false;
    }
  };

  document.querySelectorAll('form[data-passkey]').forEach((form) => {
    form.hidden = false;
    form.addEventListener('submit', (event) => {
      if (form.elements.proof_credential.value) return; // the device has answered: on its way
      event.preventDefault();
      start(form);
    });
  });
})();
