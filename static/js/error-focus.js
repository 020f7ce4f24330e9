// Put the focus on the error summary, on load and after htmx has swapped one in.
(() => {
  const focus = () => document.querySelector('[role="alert"][data-focus]')?.focus();
  focus();
  document.addEventListener('htmx:after:swap', focus);
})();
