// Charts by keyboard: Streamlit draws them where Tab does not stop, so that nobody hears their text without a pointer.
if (!window.mhattnCharts) {
  const stop = () => document.querySelectorAll('[data-testid="stVegaLiteChart"]:not([tabindex])')
    .forEach((chart) => { chart.tabIndex = 0; });
  window.mhattnCharts = new MutationObserver(stop);
  window.mhattnCharts.observe(document.body, { childList: true, subtree: true });
  stop();
}
// Streamlit adds an entry to the browser's history whenever a page changes its own address, so that Back would lead to
// the same page, half as it was before. An address of another page is another entry; any other takes the entry's place.
if (!window.mhattnHistory) {
  window.mhattnHistory = history.pushState.bind(history);
  history.pushState = (state, title, address) => {
    const same = new URL(address, location.href).pathname === location.pathname;
    (same ? history.replaceState.bind(history) : window.mhattnHistory)(state, title, address);
  };
}
