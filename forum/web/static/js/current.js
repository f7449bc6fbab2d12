// Where ways or tabs scroll sideways, the one that is open is seen.
for (const here of document.querySelectorAll(':is(.main-nav, .tabs) [aria-current]')) {
  const bar = here.closest('.main-nav, .tabs');
  const edge = here.offsetLeft + here.offsetWidth - bar.clientWidth;
  if (edge > 0) bar.scrollLeft = edge + 24;
}
