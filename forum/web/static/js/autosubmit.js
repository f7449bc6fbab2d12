// A filter takes effect when it is chosen; its button is only for those without script.
for (const form of document.querySelectorAll('form[data-autosubmit]')) {
  for (const button of form.querySelectorAll('[data-autosubmit-button]')) button.hidden = true;
  form.addEventListener('change', () => form.requestSubmit());
}
