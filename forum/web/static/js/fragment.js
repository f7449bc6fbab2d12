// Fetches a part of a page that is drawn apart; without a script the link inside leads to it.
for (const place of document.querySelectorAll('[data-fragment]')) {
  const asking = new XMLHttpRequest();
  asking.open('GET', place.dataset.fragment);
  asking.responseType = 'document';
  asking.addEventListener('load', () => {
    const part = asking.status === 200 ? asking.response?.getElementById(place.id) : null;
    if (part) place.replaceChildren(...[...part.childNodes].map((node) => document.importNode(node, true)));
  });
  asking.send();
}
