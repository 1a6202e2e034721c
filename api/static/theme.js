// Light or dark, before anything is drawn: as the system is, or as was chosen here. Not a module, so that it runs first.

(() => {
  const NAME = "citespan.theme";
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const chosen = () => {
    try {
      return localStorage.getItem(NAME);
    } catch {
      return null; // storage is switched off
    }
  };
  const apply = () => {
    const theme = chosen() || (dark.matches ? "dark" : "light");
    document.documentElement.dataset.theme = theme;
    const toggle = document.getElementById("theme");
    if (toggle) toggle.setAttribute("aria-pressed", String(theme === "dark"));
  };
  const toggle = () => {
    const other = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
    const system = dark.matches ? "dark" : "light";
    try {
      if (other === system) localStorage.removeItem(NAME);
      else localStorage.setItem(NAME, other);
    } catch {
      document.documentElement.dataset.theme = other;
      return;
    }
    apply();
  };
  apply();
  dark.addEventListener("change", apply);
  document.addEventListener("DOMContentLoaded", () => {
    apply();
    document.getElementById("theme").addEventListener("click", toggle);
  });
})();
