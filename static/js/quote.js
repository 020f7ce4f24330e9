// Words selected in the wording can be spoken of: a button appears beside them, by mouse and by keyboard, fills the quote
// of the write form and moves the focus there. Without it people copy the words into the field.
(() => {
  const SPACE = /\s+/g;
  const OUTSIDE = 'h2, .ld-wording__links, .ld-wording__foot';
  const text = (range) => range.toString().replace(SPACE, ' ');
  const element = (node) => (node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement);
  const field = () => document.querySelector('.ld-write textarea[name="quote"]');
  const home = document.querySelector('.ld-wording[data-passage]');
  if (!home || !field()) return;

  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'kern-btn kern-btn--secondary ld-quote-button';
  button.hidden = true;
  const label = document.createElement('span');
  label.className = 'kern-label';
  label.textContent = home.dataset.quote;
  button.append(label);
  let chosen = null;

  const hide = () => {
    button.hidden = true;
    chosen = null;
  };

  // The selection, if it lies within one passage: a point, or the wording around the points.
  const selected = () => {
    const selection = document.getSelection();
    if (!selection.rangeCount || selection.isCollapsed) return null;
    const range = selection.getRangeAt(0).cloneRange();
    const start = element(range.startContainer);
    const passage = start.closest('[data-passage]');
    if (!passage || !home.contains(passage) || start.closest(OUTSIDE)) return null;
    const end = element(range.endContainer);
    if (end.closest('[data-passage]') !== passage || end.closest(OUTSIDE)) {
      // Three clicks select a paragraph up to the beginning of what follows it.
      const block = start.closest('p, li');
      const all = text(range).trim();
      range.setEnd(block, block.childNodes.length);
      if (text(range).trim() !== all) return null;
    }
    return text(range).trim() ? { range, passage } : null;
  };

  const offer = () => {
    if (document.activeElement === button) return;
    button.remove();
    const found = selected();
    if (!found || !field()) {
      hide();
      return;
    }
    const around = (begin) => {
      const range = document.createRange();
      range.selectNodeContents(found.passage);
      if (begin) range.setEnd(found.range.startContainer, found.range.startOffset);
      else range.setStart(found.range.endContainer, found.range.endOffset);
      return text(range);
    };
    chosen = { quote: text(found.range).trim(), prefix: around(true).slice(-32), suffix: around(false).slice(0, 32), passage: found.passage };
    // Next in the order of the page, so that Tab leads from the words to the button.
    const place = element(found.range.endContainer).closest('li, p') || found.passage;
    if (place.matches('p')) place.after(button);
    else place.append(button);
    button.hidden = false;
  };

  const take = () => {
    const form = field()?.form;
    if (!form || !chosen) return;
    form.elements.quote.value = chosen.quote;
    form.elements.quote_prefix.value = chosen.prefix;
    form.elements.quote_suffix.value = chosen.suffix;
    const about = form.elements.anchor;
    const id = chosen.passage === home ? '' : chosen.passage.dataset.passage;
    if (about && [...about.options].some((option) => option.value === id)) about.value = id;
    document.getSelection().removeAllRanges();
    hide();
    form.elements.body.focus();
    form.closest('.ld-write').scrollIntoView({ block: 'start' });
  };

  let waiting = 0;
  document.addEventListener('selectionchange', () => {
    clearTimeout(waiting);
    waiting = setTimeout(offer, 150);
  });
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') hide();
  });
  // Pressing a button would take the selection away before the click.
  button.addEventListener('mousedown', (event) => event.preventDefault());
  button.addEventListener('click', take);
})();
