// The question that comes before a click counts.

import { h } from "./dom.js";
import { mrkdwn } from "./mrkdwn.js";
import { holdFocus } from "./focus.js";

export function confirmFirst(dialog) {
  return new Promise((resolve) => {
    const before = document.activeElement;
    const end = (answer) => { over.remove(); before?.focus(); resolve(answer); };
    const danger = dialog.style === "danger" ? "danger full" : "primary";
    const yes = h("button", { class: `btn ${danger}`, type: "button", onclick: () => end(true) }, dialog.confirm.text);
    const modal = h(
      "div",
      { class: "modal small", role: "alertdialog", "aria-modal": "true", "aria-label": dialog.title.text },
      h("header", {}, h("h2", {}, dialog.title.text)),
      h("div", { class: "content" }, dialog.text.type === "mrkdwn" ? mrkdwn(dialog.text.text) : h("p", {}, dialog.text.text)),
      h("footer", {}, h("button", { class: "btn", type: "button", onclick: () => end(false) }, dialog.deny.text), yes),
    );
    const over = h("div", { class: "over" }, modal);
    holdFocus(modal, () => end(false));
    document.body.append(over);
    yes.focus();
  });
}
