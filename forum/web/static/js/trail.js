// Whoever opened a hit and comes back has not changed their words because nothing fitted: the form forgets its minute.
const field = document.querySelector('[data-since]');

if (field) {
  for (const link of document.querySelectorAll('.hit a')) link.addEventListener('click', () => field.remove());
}
