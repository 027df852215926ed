// Where somebody types: messages, and slash commands with suggestions.

import { h } from "./dom.js";
import { loadViews } from "./forms.js";
import { post, state } from "./store.js";

export function composer(id, place, { thread = null, name }) {
  const problem = h("div", { class: "problem", role: "alert" });
  const box = h("textarea", { id, rows: "1", "data-key": id, "aria-label": name, placeholder: name, autocomplete: "off" });
  const suggest = h("div", { class: "suggest", role: "listbox", "aria-label": "Opdrachten", hidden: true });
  let chosen = -1;
  const offered = () => [...suggest.querySelectorAll("button")];

  // As in Slack: the app's command is one entry, and its usage hint stays while somebody types on.
  const offer = () => {
    const typed = box.value.toLowerCase();
    const fits = (one) => one.name.startsWith(typed) || typed.startsWith(`${one.name} `);
    const found = thread || !typed.startsWith("/") || typed.includes("\n") ? [] : state.boot.commands.filter(fits);
    chosen = -1;
    suggest.hidden = found.length === 0;
    suggest.replaceChildren(...found.map((one) => h(
      "button",
      { type: "button", role: "option", tabindex: "-1", onclick: () => { complete(one.name); box.focus(); } },
      h("span", {}, h("b", {}, one.name), h("span", { class: "dim" }, ` ${one.hint}`)),
      h("small", { class: "dim" }, one.description),
    )));
  };
  // Puts the command in the field, to be typed on; false when it stands there already.
  const complete = (command) => {
    if (box.value.toLowerCase().startsWith(`${command} `)) return false;
    box.value = `${command} `;
    offer();
    return true;
  };
  const marked = () => offered()[Math.max(chosen, 0)].querySelector("b").textContent;
  const mark = (step) => {
    const all = offered();
    chosen = (chosen + step + all.length) % all.length;
    all.forEach((one, n) => one.setAttribute("aria-selected", String(n === chosen)));
  };
  const send = async () => {
    const text = box.value.trim();
    if (!text) return;
    problem.textContent = "";
    box.disabled = true;
    const answer = await deliver(text);
    box.disabled = false;
    box.focus();
    if (answer.ok) { box.value = ""; grow(); } else problem.textContent = answer.message;
  };
  const deliver = async (text) => {
    if (!text.startsWith("/")) return post("post", { channel: place, text, thread_ts: thread });
    if (thread) return { ok: false, message: "Slack neemt in een thread geen opdrachten aan. Typ hem in het kanaal; in de sessie gaat alles met knoppen." };
    const [command, ...words] = text.split(/\s+/);
    const answer = await post("command", { channel: place, command, text: words.join(" ") });
    await loadViews();
    return answer;
  };
  const grow = () => { box.style.height = "auto"; box.style.height = `${box.scrollHeight}px`; };

  box.addEventListener("input", () => { grow(); offer(); });
  box.addEventListener("keydown", (event) => {
    if (!suggest.hidden && (event.key === "ArrowDown" || event.key === "ArrowUp")) { mark(event.key === "ArrowDown" ? 1 : -1); event.preventDefault(); }
    else if (!suggest.hidden && event.key === "Tab") { if (complete(marked())) event.preventDefault(); else suggest.hidden = true; }
    else if (!suggest.hidden && event.key === "Escape") suggest.hidden = true;
    else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      if (!suggest.hidden && chosen >= 0 && complete(marked())) return;
      suggest.hidden = true;
      send();
    }
  });
  return h(
    "div",
    { class: "composer" },
    suggest,
    box,
    h("div", { class: "row" }, h("span", {}, thread ? "Enter verstuurt" : "Enter verstuurt, / voor opdrachten"), h("button", { class: "btn primary", type: "button", onclick: send }, "Verstuur")),
    problem,
  );
}
