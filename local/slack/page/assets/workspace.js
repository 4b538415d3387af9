// Keeps the page as the channel is now. Only what changed is replaced, so nothing flickers and selections stay.
(() => {
  "use strict";
  const list = document.getElementById("messages");
  const channel = document.body.dataset.channel;
  let last = "";

  const parse = (html) => {
    const template = document.createElement("template");
    template.innerHTML = html;
    return template.content.firstElementChild;
  };

  const divider = (day) => {
    const element = document.createElement("div");
    element.className = "day";
    element.append(Object.assign(document.createElement("span"), { textContent: day }));
    return element;
  };

  const message = ({ ts, html }) => {
    const element = parse(html);
    const old = list.querySelector(`:scope > [data-ts="${ts}"]`);
    if (old?.querySelector("details[open]")) element.querySelector("details")?.setAttribute("open", "");
    return old?.isEqualNode(element) ? old : element;
  };

  const wanted = (entries) =>
    entries.flatMap((entry, index) =>
      entry.day === entries[index - 1]?.day ? [message(entry)] : [divider(entry.day), message(entry)],
    );

  const draw = (entries) => {
    const elements = wanted(entries);
    elements.forEach((element, index) => {
      const here = list.children[index];
      if (here !== element && !here?.isEqualNode(element)) list.insertBefore(element, here ?? null);
    });
    // What stood at a replaced element's place has moved behind the last one.
    while (list.children.length > elements.length) list.lastElementChild.remove();
  };

  const poll = async () => {
    try {
      const answer = await fetch(`/view?channel=${encodeURIComponent(channel)}`);
      const text = answer.ok ? await answer.text() : last;
      if (text !== last) {
        last = text;
        const entries = JSON.parse(text);
        if (entries.length) draw(entries);
      }
    } catch {
      // The workspace has stopped; what it showed last stays.
    }
    setTimeout(poll, 1000);
  };

  if (location.protocol !== "file:") setTimeout(poll, 1000);
})();
