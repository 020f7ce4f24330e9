// Unfold what an address leads into. Newer browsers do it by themselves; without this, older ones would show nothing.
(() => {
  const unfold = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const folds = [];
    for (let fold = target?.closest('details'); fold; fold = fold.parentElement.closest('details')) folds.push(fold);
    if (folds.every((fold) => fold.open)) return;
    for (const fold of folds) fold.open = true;
    target.scrollIntoView();
  };
  unfold();
  addEventListener('hashchange', unfold);
})();
