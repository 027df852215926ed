// Interactive elements outside forms: a click goes to the bot at once.

import { h } from "./dom.js";
import { confirmFirst } from "./confirm.js";

const label = (object) => object?.text ?? "";

async function send(element, trigger, act, action) {
  if (element.confirm && !(await confirmFirst(element.confirm))) return;
  trigger.setAttribute("aria-busy", "true");
  try {
    await act(action);
  } finally {
    trigger.removeAttribute("aria-busy");
  }
}

export function control(element, act) {
  switch (element.type) {
    case "button":
      return button(element, act);
    case "overflow":
      return overflow(element, act);
    case "static_select":
      return select(element, act);
    case "radio_buttons":
    case "checkboxes":
      return choices(element, act);
    case "image":
      return h("img", { src: element.image_url, alt: element.alt_text, width: "48" });
    default:
      return h("span", { class: "problem" }, `Dit element kan de werkplek niet tonen: ${element.type}`);
  }
}

function button(element, act) {
  const made = h(
    "button",
    { class: `btn ${element.style || ""}`, type: "button", "aria-label": element.accessibility_label, "data-key": element.action_id + (element.value || "") },
    label(element.text),
  );
  made.addEventListener("click", () => {
    if (made.getAttribute("aria-busy")) return;
    const action = { type: "button", action_id: element.action_id, text: element.text };
    if (element.value !== undefined) action.value = element.value;
    send(element, made, act, action);
  });
  return made;
}

function select(element, act) {
  const options = element.options || (element.option_groups || []).flatMap((group) => group.options);
  const made = h(
    "select",
    { class: "inline-select", "aria-label": label(element.placeholder) || "Kies" },
    h("option", { value: "" }, label(element.placeholder) || "Kies"),
    options.map((option) => h("option", { value: option.value, selected: element.initial_option?.value === option.value }, label(option.text))),
  );
  made.addEventListener("change", () => {
    const option = options.find((one) => one.value === made.value);
    if (option) send(element, made, act, { type: element.type, action_id: element.action_id, selected_option: option });
  });
  return made;
}

function overflow(element, act) {
  const sheet = h("div", { class: "sheet", role: "menu", hidden: true });
  const toggle = h("button", { class: "btn", type: "button", "aria-haspopup": "menu", "aria-expanded": "false", "aria-label": "Meer" }, "⋯");
  const show = (open) => {
    sheet.hidden = !open;
    toggle.setAttribute("aria-expanded", String(open));
    if (open) sheet.querySelector("button")?.focus();
  };
  sheet.append(
    ...element.options.map((option) =>
      h("button", { type: "button", role: "menuitem", onclick: () => { show(false); send(element, toggle, act, { type: "overflow", action_id: element.action_id, selected_option: option }); } }, label(option.text)),
    ),
  );
  toggle.addEventListener("click", () => show(sheet.hidden));
  const menu = h("div", { class: "menu" }, toggle, sheet);
  menu.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !sheet.hidden) { show(false); toggle.focus(); event.stopPropagation(); }
    const items = [...sheet.querySelectorAll("button")];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && !sheet.hidden) { items[(items.indexOf(document.activeElement) + step + items.length) % items.length].focus(); event.preventDefault(); }
  });
  menu.addEventListener("focusout", (event) => { if (!menu.contains(event.relatedTarget)) show(false); });
  return menu;
}

function choices(element, act) {
  const kind = element.type === "radio_buttons" ? "radio" : "checkbox";
  const name = `${element.action_id}-${Math.random()}`;
  const box = h("div", {});
  for (const option of element.options) {
    const input = h("input", { type: kind, name, value: option.value });
    input.addEventListener("change", () => {
      const chosen = [...box.querySelectorAll("input:checked")].map((one) => element.options.find((o) => o.value === one.value));
      const action = kind === "radio" ? { selected_option: chosen[0] } : { selected_options: chosen };
      send(element, box, act, { type: element.type, action_id: element.action_id, ...action });
    });
    box.append(h("label", { class: "choice" }, input, label(option.text)));
  }
  return box;
}
