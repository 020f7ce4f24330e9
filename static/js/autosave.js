// A form with data-autosave sends itself while it is filled in; the answer brings the parts of the page that depend on it
// (data-part, found by their ids), never the fields. A conflict brings the whole page, with all that was chosen. A click
// on a button waits for a save that is on its way, so that nobody is in conflict with themselves.
(() => {
  const form = document.querySelector('form[data-autosave]');
  if (!form) return;
  const status = document.getElementById(form.dataset.autosave);
  const script = Object.assign(document.createElement('input'), { type: 'hidden', name: 'skript', value: '1' });
  form.append(script);
  let timer = 0;
  let sending = null;
  let stopped = false;

  const replace = (part) => {
    const old = document.getElementById(part.id);
    const focused = old?.contains(document.activeElement) ? document.activeElement.name : '';
    old?.replaceWith(part);
    if (focused) part.querySelector(`[name="${focused}"]`)?.focus();
  };

  // What was typed while the answer was on its way goes into the new page, too.
  const showConflict = (main, sent) => {
    stopped = true;
    const typed = [...form.querySelectorAll('textarea')].filter((field) => field.value !== sent.get(field.name));
    document.querySelector('main').replaceWith(main);
    typed.forEach((field) => {
      const there = main.querySelector(`textarea[name="${field.name}"]`);
      if (there) there.value = field.value;
    });
    main.querySelector('[data-focus]')?.focus();
  };

  const send = async () => {
    const sent = new FormData(form);
    sent.append('selbst', '1');
    let page = null;
    let code = 0;
    try {
      const answer = await fetch(form.action, { method: 'POST', body: sent });
      code = answer.redirected ? 0 : answer.status;
      page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    } catch {
      code = 0;
    }
    if (code === 409 && page.querySelector('main')) {
      showConflict(page.querySelector('main'), sent);
    } else if (code === 200 && page.querySelector('[data-part]')) {
      page.querySelectorAll('[data-part]').forEach(replace);
      form.querySelectorAll('textarea').forEach((field) => { field.defaultValue = sent.get(field.name) ?? field.defaultValue; });
      status.textContent = form.dataset.saved;
    } else {
      status.textContent = form.dataset.failed;
      form.dataset.unsaved = 'kept';
      form.classList.add('is-unsaved');
      return;
    }
    form.dataset.unsaved = '';
    form.classList.remove('is-unsaved');
  };

  const save = () => {
    clearTimeout(timer);
    if (stopped) return;
    sending = (sending ?? Promise.resolve()).then(() => (stopped ? null : send()));
    const mine = sending;
    mine.finally(() => { if (sending === mine) sending = null; });
  };

  const soon = (wait) => {
    clearTimeout(timer);
    status.textContent = '';
    timer = setTimeout(save, wait);
  };

  form.addEventListener('input', (event) => {
    const picks = event.target.dataset.picks;
    if (picks) document.getElementById(picks).checked = true;
    soon(event.target.type === 'radio' ? 300 : 900);
  });
  form.addEventListener('submit', (event) => {
    clearTimeout(timer);
    if (!sending) return;
    event.preventDefault();
    const { name, value } = event.submitter ?? {};
    const button = () => [...form.elements].find((one) => one.type === 'submit' && one.name === name && one.value === value);
    sending.finally(() => setTimeout(() => { if (!stopped) form.requestSubmit(button()); }));
  });
})();
