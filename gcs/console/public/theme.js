// Before the first paint: the theme chosen on this computer, so that a light console does not flash dark.
document.documentElement.setAttribute(
  "data-mantine-color-scheme",
  localStorage.getItem("mantine-color-scheme-value") === "light" ? "light" : "dark",
);
