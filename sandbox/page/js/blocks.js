// Block Kit as elements. `act(block, action)` sends a click to the bot; `input(block)` draws a form's field.

import { h } from "./dom.js";
import { control } from "./elements.js";
import { mrkdwn } from "./mrkdwn.js";

export const text = (object) => (object.type === "mrkdwn" ? mrkdwn(object.text) : h("div", { class: "text" }, h("span", { class: "pre" }, object.text)));

export function blocks(list, act, input = () => null) {
  return h("div", { class: "blocks" }, list.map((block) => one(block, act, input)));
}

function one(block, act, input) {
  const send = (action) => act(block, action);
  switch (block.type) {
    case "header":
      return h("h3", { class: "block-header" }, block.text.text);
    case "section":
      return h(
        "div",
        { class: "block-section" },
        block.text && text(block.text),
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
