// Ask before a text that nobody has sent is lost. A form says so with data-unsaved; data-unsaved="kept" means that the
// server gave the text back without storing it. Nothing is written to the device.
(() => {
  let sending = false;

  const changed = (field) =>
    field.type !== 'hidden' && field.type !== 'password' && 'defaultValue' in field && field.value !== field.defaultValue;

  const unsent = (form) => [...form.elements].some(changed) || form.dataset.unsaved === 'kept';

  document.addEventListener('submit', (event) => {
    if (event.defaultPrevented) return; // htmx stays on the page
    sending = true;
  });
  window.addEventListener('pageshow', () => { sending = false; });
  window.addEventListener('beforeunload', (event) => {
    if (!sending && [...document.querySelectorAll('form[data-unsaved]')].some(unsent)) event.preventDefault();
  });
})();
