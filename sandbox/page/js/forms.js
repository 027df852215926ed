// Modals: a stack of forms, drawn when the view changes and left alone while somebody types.

import { h } from "./dom.js";
import { blocks, text } from "./blocks.js";
import { holdFocus } from "./focus.js";
import { isPlaying } from "./scene.js";
import { get, me, post, state } from "./store.js";
import { optionalIn } from "./who.js";

const host = document.getElementById("modals");
const typed = new Map(); // view id → { block id: { action id: {type, …} } }
let drawn = "";

export async function loadViews() {
  state.views = (await get("views")).views;
  draw();
}

// Somebody else types in this person's form: a player in the story.
export async function typedBy(event) {
  typed.set(event.view_id, event.state);
  drawn = "";
  await loadViews();
}

function draw() {
  const key = state.me + state.views.map((view) => view.id + view.hash).join();
  if (key === drawn) return;
  drawn = key;
  const before = host.contains(document.activeElement) ? null : document.activeElement;
  const view = state.views.at(-1);
  if (!view) {
    host.replaceChildren();
    document.getElementById("app").inert = false;
    if (!isPlaying()) (opener?.isConnected ? opener : document.getElementById("composer-main"))?.focus();
    opener = null;
    return;
  }
  if (before && before !== document.body) opener ??= before;
  document.getElementById("app").inert = true;
  host.replaceChildren(h("div", { class: "over" }, modal(view)));
  // A story opens forms by itself: the focus stays on its controls.
  if (isPlaying()) return;
  const first = host.querySelector("[data-focus]") || host.querySelector(".field input, .field textarea, .field select") || host.querySelector("footer .btn") || host.querySelector("button");
  first?.focus();
}

let opener = null;

function modal(view) {
  const held = typed.get(view.id) || structuredClone(view.state.values || {});
  typed.set(view.id, held);
  const act = async (block, action) => {
    const answer = await post("action", { source: { kind: "view", view_id: view.id }, block_id: block.block_id || "", action, state: held });
    if (!answer.ok) say(problem, answer.message);
  };
  const problem = h("p", { class: "problem", role: "alert" });
  const submit = view.submit && h("button", { class: "btn primary", type: "submit" }, view.submit.text);
  const close = () => { typed.delete(view.id); post("close", { view_id: view.id }).then(loadViews); };
  const form = h(
    "form",
    { class: "modal", role: "dialog", "aria-modal": "true", "aria-label": view.title.text, novalidate: true },
    h("header", {}, h("h2", {}, view.title.text), h("button", { class: "plain", type: "button", "aria-label": "Sluiten", onclick: close }, "×")),
    h("div", { class: "content" }, blocks(view.blocks, act, { input: (block) => field(block, held) }), problem),
    h("footer", {}, h("button", { class: "btn", type: "button", onclick: close }, view.close?.text || "Sluiten"), submit),
  );
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!submit || submit.getAttribute("aria-busy")) return;
    const errors = missing(view, held);
    if (Object.keys(errors).length) return show(form, errors);
    submit.setAttribute("aria-busy", "true");
    const answer = await post("submit", { view_id: view.id, state: held });
    submit.removeAttribute("aria-busy");
    if (!answer.ok) return say(problem, `${answer.message} Wat je typte staat er nog.`);
    if (Object.keys(answer.errors || {}).length) return show(form, answer.errors);
    await loadViews();
  });
  holdFocus(form, close);
  return form;
}

const say = (place, words) => { place.textContent = words || "Dat ging niet. Wat je typte staat er nog."; };

function missing(view, held) {
  const errors = {};
  for (const block of view.blocks) {
    if (block.type !== "input" || block.optional) continue;
    const value = Object.entries(Object.values(held[block.block_id] || {})[0] || {}).filter(([key]) => key !== "type").map(([, one]) => one)[0];
    if (!value || value.length === 0) errors[block.block_id] = "Vul dit in.";
  }
  return errors;
}

function show(form, errors) {
  let first = null;
  for (const box of form.querySelectorAll(".field")) {
    const error = errors[box.dataset.block];
    box.classList.toggle("wrong", Boolean(error));
    box.querySelector(".problem").textContent = error || "";
    const control = box.querySelector("input, textarea, select");
    control?.setAttribute("aria-invalid", String(Boolean(error)));
    if (error) first ??= control;
  }
  first?.focus();
}

function field(block, held) {
  const element = block.element;
  const id = `f-${block.block_id}-${element.action_id}`;
  held[block.block_id] ??= {};
  const kept = held[block.block_id][element.action_id];
  const set = (value) => { held[block.block_id][element.action_id] = { type: element.type, ...value }; };
  const many = element.type === "radio_buttons" || element.type === "checkboxes";
  const optional = block.optional ? h("span", { class: "dim" }, ` (${optionalIn(me())})`) : null;
  const help = h("div", { class: "hint", id: `${id}-hint` }, block.hint?.text || "");
  const problem = h("div", { class: "problem", role: "alert", id: `${id}-problem` });
  const control = (KINDS[element.type] || unknown)(element, kept, set, id);
  const named = many ? h("legend", {}, block.label.text, optional) : h("label", { for: id }, block.label.text, optional);
  const box = h(many ? "fieldset" : "div", { class: "field" }, named, control, block.hint ? help : null, problem);
  box.dataset.block = block.block_id;
  const target = box.querySelector("input, textarea, select");
  target?.setAttribute("aria-describedby", `${id}-hint ${id}-problem`);
  if (element.focus_on_load) target?.setAttribute("data-focus", "");
  return box;
}

const unknown = (element) => h("p", { class: "problem" }, `Dit veld kan de werkplek niet tonen: ${element.type}`);

const KINDS = {
  plain_text_input(element, kept, set, id) {
    const value = kept ? kept.value || "" : element.initial_value || "";
    const made = h(element.multiline ? "textarea" : "input", { id, maxlength: String(element.max_length || 3000), placeholder: element.placeholder?.text, autocomplete: "off" });
    made.value = value;
    const count = h("span", { class: "count", "aria-live": "polite" });
    const keep = () => {
      set({ value: made.value || null });
      const left = (element.max_length || 3000) - made.value.length;
      count.textContent = left < 40 ? `nog ${left}` : "";
    };
    made.addEventListener("input", keep);
    keep();
    return h("div", {}, made, count);
  },
  static_select(element, kept, set, id) {
    const options = element.options || (element.option_groups || []).flatMap((group) => group.options);
    const start = kept ? kept.selected_option : element.initial_option;
    const made = h("select", { id }, h("option", { value: "" }, element.placeholder?.text || "Kies"), options.map((option) => h("option", { value: option.value, selected: option.value === start?.value }, option.text.text)));
    const keep = () => set({ selected_option: options.find((one) => one.value === made.value) || null });
    made.addEventListener("change", keep);
    keep();
    return made;
  },
  users_select(element, kept, set, id) {
    const start = kept ? kept.selected_user : element.initial_user;
    const made = h("select", { id }, h("option", { value: "" }, element.placeholder?.text || "Kies iemand"), state.boot.users.filter((one) => !one.is_bot).map((one) => h("option", { value: one.id, selected: one.id === start }, one.real_name)));
    const keep = () => set({ selected_user: made.value || null });
    made.addEventListener("change", keep);
    keep();
    return made;
  },
  datepicker(element, kept, set, id) {
    return dated("date", "selected_date", element.initial_date, kept, set, id);
  },
  timepicker(element, kept, set, id) {
    return dated("time", "selected_time", element.initial_time, kept, set, id);
  },
  radio_buttons(element, kept, set, id) {
    const start = kept ? kept.selected_option : element.initial_option;
    const keep = (box) => { const on = box.querySelector("input:checked"); set({ selected_option: element.options.find((one) => one.value === on?.value) || null }); };
    return options(element, "radio", id, (option) => option.value === start?.value, keep);
  },
  checkboxes(element, kept, set, id) {
    const start = (kept ? kept.selected_options : element.initial_options) || [];
    const keep = (box) => { const on = [...box.querySelectorAll("input:checked")].map((one) => one.value); set({ selected_options: element.options.filter((one) => on.includes(one.value)) }); };
    return options(element, "checkbox", id, (option) => start.some((one) => one.value === option.value), keep);
  },
};

function dated(type, key, initial, kept, set, id) {
  const made = h("input", { type, id });
  made.value = (kept ? kept[key] : initial) || "";
  const keep = () => set({ [key]: made.value || null });
  made.addEventListener("change", keep);
  keep();
  return made;
}

function options(element, type, id, on, keep) {
  const box = h("div", {}, element.options.map((option, n) => h(
    "label",
    { class: "choice" },
    h("input", { type, name: id, value: option.value, id: n === 0 ? id : undefined, checked: on(option) }),
    h("span", {}, text(option.text), option.description && h("small", {}, option.description.text)),
  )));
  box.addEventListener("change", () => keep(box));
  keep(box);
  return box;
}
