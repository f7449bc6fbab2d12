// Single keys for those who like them: never while typing, and off for those who do not (data-keys="off" on html).
const root = document.documentElement;
const isTyping = (target) => target.closest?.('input, textarea, select, [contenteditable], dialog[open]');

function step(by) {
  const rows = [...document.querySelectorAll('[data-row]')];
  if (!rows.length) return;
  const here = rows.findIndex((row) => row.classList.contains('is-here'));
  const next = rows[Math.min(rows.length - 1, Math.max(0, here < 0 && by < 0 ? rows.length - 1 : here + by))];
  rows[here]?.classList.remove('is-here');
  next.classList.add('is-here');
  (next.querySelector(':is(h2, h3, h4) a') ?? next).focus({ preventScroll: true });
  next.scrollIntoView({ block: 'nearest' });
}

const KEYS = {
  '/': () => document.querySelector('[data-search]')?.focus(),
  '?': () => document.getElementById('keys')?.showModal(),
  j: () => step(1),
  k: () => step(-1),
};

document.addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
    const form = event.target.closest?.('form');
    if (form && event.target.matches('textarea, input')) {
      event.preventDefault();
      form.requestSubmit(form.querySelector('[data-submit]') ?? form.querySelector('button:not([type="button"]):not([name="preview"])'));
    }
    return;
  }
  if (root.dataset.keys === 'off' || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  const act = KEYS[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

// Browsers that do not know `command` yet.
if (!('commandForElement' in HTMLButtonElement.prototype)) {
  document.addEventListener('click', (event) => {
    const button = event.target.closest('[commandfor][command="show-modal"]');
    if (button) document.getElementById(button.getAttribute('commandfor'))?.showModal();
  });
}
