// To be imported before uPlot, which formats numbers in the language of the browser while it is loaded: where that is none, such as
// `en-US@posix` of a browser without a locale, the whole page would fail.

try {
  Intl.getCanonicalLocales(navigator.language);
} catch {
  Object.defineProperty(navigator, 'language', { value: 'en', configurable: true });
}
