// Keeps the page as the workspace is now, and clicks as a person does. Only what changed is replaced, so nothing
// flickers, selections stay, and a button that was clicked goes on showing it.
(() => {
  "use strict";
  const POLL = 1000;
  const { channel, user } = document.body.dataset;
  const dialog = document.getElementById("dialog");
  const lists = { channel: document.getElementById("messages"), thread: document.getElementById("thread") };
  const drawn = new WeakMap(); // element → its HTML, before anybody clicked in it
  let thread = new URLSearchParams(location.search).get("thread") ?? "";

  const make = (name, properties, ...children) => {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...children);
    return element;
  };

  const post = async (path, body) => {
    const answer = await fetch(path, { method: "POST", body: JSON.stringify(body) });
    const said = await answer.json();
    if (!answer.ok) throw new Error(said.error);
    if (said.status !== 200) throw new Error(`the app answered with ${said.status}`);
  };

  // ── What is shown ─────────────────────────────────────────────────────────────────────────────────────────────
  const parse = (html) => {
    const template = document.createElement("template");
    template.innerHTML = html;
    const element = template.content.firstElementChild;
    drawn.set(element, element.outerHTML);
    return element;
  };

  const message = (list, { ts, html }) => {
    const old = list.querySelector(`:scope > [data-ts="${ts}"]`);
    const fresh = parse(html);
    return old && drawn.get(old) === drawn.get(fresh) ? old : fresh;
  };

  const wanted = (list, entries) =>
    entries.flatMap((entry, index) =>
      entry.day === entries[index - 1]?.day
        ? [message(list, entry)]
        : [make("div", { className: "day" }, make("span", { textContent: entry.day })), message(list, entry)],
    );

  const draw = (list, entries) => {
    const elements = wanted(list, entries);
    elements.forEach((element, index) => {
      const here = list.children[index];
      if (here !== element && !here?.isEqualNode(element)) list.insertBefore(element, here ?? null);
    });
    // What stood at a replaced element's place has moved behind the last one.
    while (list.children.length > elements.length) list.lastElementChild.remove();
  };

  const show = async () => {
    const wishes = new URLSearchParams({ channel, thread });
    const answer = await fetch(`/view?${wishes}`);
    if (!answer.ok) return;
    const shown = await answer.json();
    if (shown.channel.length) draw(lists.channel, shown.channel);
    draw(lists.thread, shown.thread);
    document.body.classList.toggle("threaded", shown.thread.length > 0);
  };

  // ── What only this person sees ────────────────────────────────────────────────────────────────────────────────
  const whisper = (text) => {
    const line = make("div", { className: "whisper" });
    line.append(make("span", { textContent: "Only visible to you" }), make("p", { textContent: text }));
    document.getElementById("whispers").replaceChildren(line);
  };

  const ask = ({ title, text, confirm, deny }) =>
    new Promise((decide) => {
      const yes = make("button", { className: "button primary", textContent: confirm.text });
      const no = make("button", { className: "button", textContent: deny.text });
      yes.addEventListener("click", () => dialog.close("yes"));
      no.addEventListener("click", () => dialog.close(""));
      dialog.replaceChildren(
        make("h2", { textContent: title.text }),
        make("p", { textContent: text.text }),
        make("div", { className: "choices" }, no, yes),
      );
      dialog.returnValue = "";
      dialog.addEventListener("close", () => decide(dialog.returnValue === "yes"), { once: true });
      dialog.showModal();
    });

  // ── Clicks ────────────────────────────────────────────────────────────────────────────────────────────────────
  const press = async (button) => {
    if (button.dataset.confirm && !(await ask(JSON.parse(button.dataset.confirm)))) return;
    const ts = button.closest("[data-ts]").dataset.ts;
    button.disabled = true;
    button.setAttribute("aria-busy", "true");
    try {
      await post("/click", { channel, ts, action_id: button.dataset.action, user });
    } catch (error) {
      whisper(`This did not work: ${error.message}.`);
    }
    button.disabled = false;
    button.removeAttribute("aria-busy");
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-action]");
    if (button) press(button);
    const bar = event.target.closest("[data-thread]");
    if (!bar) return;
    event.preventDefault();
    thread = bar.dataset.thread;
    const wishes = new URLSearchParams({ channel, user, ...(thread ? { thread } : {}) });
    history.replaceState(null, "", `?${wishes}`);
    show();
  });

  // ── Life ──────────────────────────────────────────────────────────────────────────────────────────────────────
  const poll = async () => {
    try {
      await show();
    } catch {
      // The workspace has stopped; what it showed last stays.
    }
    setTimeout(poll, POLL);
  };

  for (const element of document.querySelectorAll(".messages > [data-ts]")) drawn.set(element, element.outerHTML);
  if (location.protocol !== "file:") setTimeout(poll, POLL);
})();
