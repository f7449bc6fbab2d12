// A form is sent once, however often its button is pressed; coming back to the page arms it again.
document.addEventListener('submit', (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== 'post' || form.matches('[data-vote]')) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = 'yes';
  // Not `disabled`: a disabled button would neither be sent with the form nor keep the focus.
  for (const button of form.querySelectorAll('button:not([type="button"])')) {
    button.classList.add('is-sent');
    button.setAttribute('aria-disabled', 'true');
  }
});

addEventListener('pageshow', () => {
  for (const form of document.querySelectorAll('form[data-sent]')) {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll('.is-sent')) {
      button.classList.remove('is-sent');
      button.removeAttribute('aria-disabled');
    }
  }
});

// A page that came back with errors begins at its summary.
document.querySelector('[data-focus]')?.focus();
