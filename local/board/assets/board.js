// Keeps the widget as it is now, and does on a click what CloudWatch does: it calls the function with the parameters
// of the cwdb-action that follows the element, and shows the answer in the widget's place.
(() => {
  "use strict";
  const PERIOD = 2000;
  const widget = document.getElementById("widget");
  const theme = new URLSearchParams(location.search).get("theme");

  if (!theme && matchMedia("(prefers-color-scheme: dark)").matches) {
    location.replace(`?${new URLSearchParams([...new URLSearchParams(location.search), ["theme", "dark"]])}`);
    return;
  }

  const show = async () => {
    const asked = location.href;
    const answer = await fetch(asked);
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("widget");
    if (!answer.ok || asked !== location.href) return; // somebody clicked meanwhile
    if (fresh.innerHTML !== widget.innerHTML) widget.replaceChildren(...fresh.childNodes);
  };

  widget.addEventListener("click", (event) => {
    const action = event.target.closest("a")?.nextElementSibling;
    if (action?.localName !== "cwdb-action") return;
    event.preventDefault();
    const parameters = { ...JSON.parse(action.textContent), ...(theme ? { theme } : {}) };
    history.pushState(null, "", `?${new URLSearchParams(parameters)}`);
    show();
  });
  addEventListener("popstate", show);

  const refresh = async () => {
    try {
      await show();
    } catch {
      // The account has stopped; what it showed last stays.
    }
    setTimeout(refresh, PERIOD);
  };

  if (location.protocol !== "file:") setTimeout(refresh, PERIOD);
})();
