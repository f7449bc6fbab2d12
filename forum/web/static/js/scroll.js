// What is wider than its column scrolls inside itself; the keyboard must be able to reach it.
const wide = document.querySelectorAll('.prose pre, .prose table');
const watch = () => {
  for (const box of wide) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box.removeAttribute('tabindex');
  }
};

watch();
addEventListener('resize', watch);
