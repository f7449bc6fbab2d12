// Changes light and dark at once; the form tells the server, which keeps it in a cookie.
document.addEventListener('submit', (event) => {
  const form = event.target;
  if (!form.matches('[data-theme-switch]') || !event.submitter) return;
  event.preventDefault();
  const theme = event.submitter.value;
  const root = document.documentElement;
  if (theme === 'auto') delete root.dataset.theme;
  else root.dataset.theme = theme;
  for (const button of form.querySelectorAll('button')) button.setAttribute('aria-pressed', String(button.value === theme));
  const body = new FormData(form);
  body.set('theme', theme);
  fetch(form.action, { method: 'POST', body, redirect: 'manual' }).catch(() => {});
}, true);
