// One click, one request: while a form is on its way, its buttons rest and it says aria-busy.
(() => {
  const buttons = (form) => [...form.elements].filter((element) => element.type === 'submit' && !element.disabled);
  const resting = new Map();

  const wake = (form) => {
    resting.get(form)?.forEach((button) => { button.disabled = false; });
    resting.delete(form);
    form.removeAttribute('aria-busy');
  };

  const rest = (form) => {
    form.setAttribute('aria-busy', 'true');
    resting.set(form, buttons(form));
    resting.get(form).forEach((button) => { button.disabled = true; });
  };

  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (event.defaultPrevented) return; // htmx: below
    if (form.getAttribute('aria-busy') === 'true') {
      event.preventDefault();
      return;
    }
    // A turn later, so that the button pressed is still among the data; awake again if no page comes.
    setTimeout(() => rest(form));
    setTimeout(() => wake(form), 10000);
  });
  // Back from the browser's cache.
  window.addEventListener('pageshow', () => [...resting.keys()].forEach(wake));

  // With htmx the buttons stay usable (a disabled one would lose the focus); data-hx-sync says which request counts.
  document.addEventListener('htmx:before:request', (event) => event.target.setAttribute?.('aria-busy', 'true'));
  document.addEventListener('htmx:finally:request', (event) => event.target.removeAttribute?.('aria-busy'));
})();
