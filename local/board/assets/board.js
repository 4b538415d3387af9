// Keeps the widget as it is now, and does on a click what CloudWatch does: it calls the function with the parameters
// of the cwdb-action that follows the element.
(() => {
  "use strict";
  const widget = document.getElementById("widget");
  const wishes = new URLSearchParams(location.search);

  if (!wishes.has("theme") && matchMedia("(prefers-color-scheme: dark)").matches) {
    wishes.set("theme", "dark");
    location.replace(`?${wishes}`);
    return;
  }

  widget.addEventListener("click", (event) => {
    const action = event.target.closest("a")?.nextElementSibling;
    if (action?.localName !== "cwdb-action") return;
    event.preventDefault();
    const theme = wishes.has("theme") ? { theme: wishes.get("theme") } : {};
    location.search = new URLSearchParams({ ...JSON.parse(action.textContent), ...theme });
  });

  const refresh = async () => {
    try {
      const answer = await fetch(location.href);
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("widget");
      if (answer.ok && fresh.innerHTML !== widget.innerHTML) widget.replaceChildren(...fresh.childNodes);
    } catch {
      // The account has stopped; what it showed last stays.
    }
    setTimeout(refresh, 2000);
  };

  if (location.protocol !== "file:") setTimeout(refresh, 2000);
})();
