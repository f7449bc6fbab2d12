// Single keys for those who like them: never while typing, and off for those who do not (data-keys="off" on html).
const root = document.documentElement;
const isTyping = (target) => target.closest?.('input:not([type="checkbox"], [type="radio"]), textarea, select, [contenteditable], dialog[open]');
const here = () => document.querySelector('[data-row].is-here');

function step(by) {
  const rows = [...document.querySelectorAll('[data-row]')];
  if (!rows.length) return;
  const at = rows.findIndex((row) => row.classList.contains('is-here'));
  const next = rows[Math.min(rows.length - 1, Math.max(0, at < 0 && by < 0 ? rows.length - 1 : at + by))];
  rows[at]?.classList.remove('is-here');
  next.classList.add('is-here');
  (next.querySelector(':is(h2, h3, h4) a') ?? next).focus({ preventScroll: true });
  next.scrollIntoView({ block: 'nearest' });
}

const KEYS = {
  '/': () => document.querySelector('[data-search]')?.focus(),
  '?': () => document.getElementById('keys')?.showModal(),
  j: () => step(1),
  k: () => step(-1),
  o: () => here()?.querySelector('a')?.click(),
  x: () => here()?.querySelector('[data-tick]')?.click(),
};

// A letter that a page gives to one of its own buttons, links or choices; `data-then` says where to go on from there.
function own(key) {
  const button = /^[a-z]$/.test(key) && document.querySelector(`[data-key="${key}"]`);
  if (!button) return null;
  return () => {
    button.click();
    const then = document.getElementById(button.dataset.then);
    then?.focus();
    then?.select?.();
  };
}

document.addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
    const form = event.target.closest?.('form');
    if (form && event.target.matches('textarea, input')) {
      event.preventDefault();
      const ways = [...form.querySelectorAll('button:not([type="button"]):not([name="preview"])')];
      // Where there is a choice, such as approving or returning, nobody makes it for them.
      const send = form.querySelector('[data-submit]') ?? (ways.length === 1 ? ways[0] : null);
      if (send) form.requestSubmit(send);
    }
    return;
  }
  if (root.dataset.keys === 'off' || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  const act = own(event.key) ?? KEYS[event.key];
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
