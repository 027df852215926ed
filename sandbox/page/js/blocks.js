// Block Kit as elements. `act(block, action)` sends a click to the bot; `input(block)` draws a form's field.
// `message` names the message that the blocks stand in: only there long text folds.

import { h } from "./dom.js";
import { control } from "./elements.js";
import { folded } from "./fold.js";
import { mrkdwn } from "./mrkdwn.js";

export const text = (object) => (object.type === "mrkdwn" ? mrkdwn(object.text) : h("div", { class: "text" }, h("span", { class: "pre" }, object.text)));

export function blocks(list, act, { input = () => null, message = null } = {}) {
  return h("div", { class: "blocks" }, list.map((block, n) => one(block, act, input, message && `${message}-${n}`)));
}

function one(block, act, input, key) {
  const send = (action) => act(block, action);
  switch (block.type) {
    case "header":
      return h("h3", { class: "block-header" }, block.text.text);
    case "section":
      return h(
        "div",
        { class: "block-section" },
        block.text && (key && !block.expand ? folded(block.text, text, key) : text(block.text)),
        block.fields && h("div", { class: "block-fields" }, block.fields.map(text)),
        block.accessory && control(block.accessory, send),
      );
    case "context":
      return h("div", { class: "block-context" }, block.elements.map((element) => (element.type === "image" ? control(element, send) : text(element))));
    case "actions":
      return h("div", { class: "block-actions" }, block.elements.map((element) => control(element, send)));
    case "divider":
      return h("hr", { class: "block-divider" });
    case "image":
      return h("img", { src: block.image_url, alt: block.alt_text });
    case "input":
      return input(block);
    default:
      return h("p", { class: "problem" }, `Dit blok kan de werkplek niet tonen: ${block.type}`);
  }
}
