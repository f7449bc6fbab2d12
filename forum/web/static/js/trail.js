// Whoever opened a hit and comes back has not changed their words because nothing fitted: the form forgets its minute.
const field = document.querySelector('[data-since]');

if (field && history.state?.opened) field.remove();
if (field) {
  for (const link of document.querySelectorAll('.hit a')) {
    link.addEventListener('click', () => {
      // A page that is loaded anew on the way back is told by its own place in the history.
      history.replaceState({ ...history.state, opened: true }, '');
      field.remove();
    });
  }
}
