// Keeps the page as the workspace is now, and clicks as a person does. Only what changed is replaced, so nothing
// flickers, selections stay, and a button that was clicked goes on showing it.
(() => {
  "use strict";
  const POLL = 1000;
  const { channel, user } = document.body.dataset;
  const dialog = document.getElementById("dialog");
  const lists = { channel: document.getElementById("messages"), thread: document.getElementById("thread") };
  const drawn = new WeakMap(); // element → its HTML, before anybody clicked in it
  let heard = Date.now() / 1000; // what was said to this person before is gone
  let form = ""; // the id of the app's dialog that is shown, or that was closed
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
    const wishes = new URLSearchParams({ channel, thread, user });
    const answer = await fetch(`/view?${wishes}`);
    if (!answer.ok) return;
    const shown = await answer.json();
    if (shown.channel.length) draw(lists.channel, shown.channel);
    draw(lists.thread, shown.thread);
    document.body.classList.toggle("threaded", shown.thread.length > 0);
    const news = shown.whispers.filter(({ at }) => at > heard);
    if (news.length) {
      heard = news.at(-1).at;
      whisper(news.at(-1).html);
    }
    if ((shown.dialog?.id ?? "") !== form) fill(shown.dialog);
  };

  // ── What only this person sees ────────────────────────────────────────────────────────────────────────────────
  const whisper = (html) => {
    const line = make("div", { className: "whisper" }, make("span", { textContent: "Only visible to you" }));
    line.insertAdjacentHTML("beforeend", html);
    document.getElementById("whispers").replaceChildren(line);
  };

  const escaped = (text) => make("p", { textContent: text }).outerHTML;

  const field = ({ block_id, label, element }) => {
    const options = element.options?.map(({ text, value }) => make("option", { value, textContent: text.text }));
    const input = options ? make("select", {}, ...options) : make("textarea", { rows: 3 });
    if (element.max_length) input.maxLength = element.max_length;
    return make("label", {}, label.text, Object.assign(input, { name: block_id, required: true }));
  };

  // The dialog that the app has opened for this person, or none.
  const fill = (view) => {
    form = view?.id ?? "";
    if (!view) {
      if (dialog.querySelector("form")) dialog.close();
      return;
    }
    const content = view.blocks.map((block) =>
      block.type === "input" ? field(block) : make("p", { textContent: block.text?.text ?? "" }),
    );
    const cancel = make("button", { type: "button", className: "button", textContent: view.close?.text ?? "Cancel" });
    const send = make("button", { className: "button primary", textContent: view.submit?.text ?? "Submit" });
    cancel.addEventListener("click", () => dialog.close());
    const filled = make("form", { method: "dialog" }, ...content, make("div", { className: "choices" }, cancel, send));
    filled.addEventListener("submit", (event) => {
      event.preventDefault();
      submit(view.id, Object.fromEntries(new FormData(filled)));
    });
    dialog.replaceChildren(make("h2", { textContent: view.title.text }), filled);
    dialog.showModal();
  };

  const submit = async (view_id, values) => {
    try {
      await post("/submit", { view_id, user, values });
      dialog.close();
    } catch (error) {
      whisper(escaped(`This did not work: ${error.message}.`));
    }
  };

  const ask = ({ title, text, confirm, deny }) =>
    new Promise((decide) => {
      const yes = make("button", { className: "button primary", textContent: confirm.text });
      const no = make("button", { className: "button", textContent: deny.text });
      const answer = (decision) => {
        dialog.close();
        decide(decision);
      };
      yes.addEventListener("click", () => answer(true));
      no.addEventListener("click", () => answer(false));
      dialog.addEventListener("cancel", () => decide(false), { once: true }); // the key Escape
      dialog.replaceChildren(
        make("h2", { textContent: title.text }),
        make("p", { textContent: text.text }),
        make("div", { className: "choices" }, no, yes),
      );
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
      whisper(escaped(`This did not work: ${error.message}.`));
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
