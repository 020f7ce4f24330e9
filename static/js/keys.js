// Single keys in the workroom, for moderators who switched them on: j and k walk through the queue, o opens, n takes the
// next item, ? shows help. Never while somebody writes, and never with another key held (WCAG 2.1.4). Without it
// everything goes by Tab and Enter.
(() => {
  const told = document.currentScript.dataset;
  const KEYS = [['j', told.j], ['k', told.k], ['o', told.o], ['n', told.n], ['?', told.help]];
  const items = () => [...document.querySelectorAll('.ld-queue li a')];
  const place = () => items().indexOf(document.activeElement);
  const go = (step) => {
    const list = items();
    if (list.length) list[Math.max(0, Math.min(list.length - 1, place() + step))].focus();
  };

  const dialog = document.createElement('dialog');
  dialog.className = 'ld-keys';
  dialog.setAttribute('aria-labelledby', 'tasten-hilfe');
  const title = document.createElement('h2');
  title.id = 'tasten-hilfe';
  title.className = 'ld-t3';
  title.textContent = told.title;
  const list = document.createElement('dl');
  list.className = 'ld-keys__list';
  KEYS.forEach(([key, meaning]) => {
    const row = document.createElement('div');
    const term = document.createElement('dt');
    const kbd = document.createElement('kbd');
    kbd.textContent = key;
    term.append(kbd);
    const words = document.createElement('dd');
    words.textContent = meaning;
    row.append(term, words);
    list.append(row);
  });
  const form = document.createElement('form');
  form.method = 'dialog';
  const close = document.createElement('button');
  close.className = 'kern-btn kern-btn--secondary';
  const label = document.createElement('span');
  label.className = 'kern-label';
  label.textContent = told.close;
  close.append(label);
  form.append(close);
  dialog.append(title, list, form);
  document.body.append(dialog);

  const actions = {
    j: () => go(1),
    k: () => go(-1),
    o: () => (place() >= 0 ? document.activeElement : items()[0])?.click(),
    n: () => document.querySelector('form[data-next]')?.requestSubmit(),
    '?': () => dialog.showModal(),
  };
  document.addEventListener('keydown', (event) => {
    const writing = event.target.closest?.('input, textarea, select, [contenteditable]');
    if (writing || event.ctrlKey || event.metaKey || event.altKey || event.repeat || dialog.open) return;
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });
})();
