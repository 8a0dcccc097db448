// Before the first paint, so that a dark page does not flash.
{
  const chosen = localStorage.getItem('lockstep.theme');
  const dark = chosen ? chosen === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
}
