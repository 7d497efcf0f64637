// Before the first paint: the theme and the language that were chosen here last, else the system's.
(() => {
  const root = document.documentElement;
  let theme = null;
  let language = null;
  try {
    theme = localStorage.getItem("chainrule.theme");
    language = localStorage.getItem("chainrule.language");
  } catch {
    // Storage can be forbidden.
  }
  if (theme !== "light" && theme !== "dark") {
    theme = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  }
  root.dataset.theme = theme;
  root.lang = language || (navigator.language.startsWith("zh") ? "zh-CN" : "en");
  performance.mark("chainrule:boot");
})();
