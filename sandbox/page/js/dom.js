// Building elements. Text always goes in as text: nothing that somebody wrote becomes markup.

export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "class") element.className = value;
    else if (name in element && typeof value !== "string") element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

const COLOURS = ["#a1512e", "#2f6f8f", "#6b4a8a", "#3c7a3f", "#9a3558", "#57606a"];

export function avatar(user, users, small = false) {
  const index = users.filter((one) => !one.is_bot).findIndex((one) => one.id === user.id);
  const colour = user.is_bot ? "#1f4d45" : COLOURS[index % COLOURS.length];
  const letters = user.is_bot ? "in" : user.real_name.split(" ").map((part) => part[0]).filter((c) => c === c.toUpperCase()).slice(0, 2).join("");
  return h("span", { class: `avatar${small ? " small" : ""}`, style: `background:${colour}`, "aria-hidden": "true" }, letters);
}

// How often somebody was notified, for the eye; `notified` has the words for a screen reader.
export const count = (number) => h("span", { class: "badge", "aria-hidden": "true" }, String(number));
export const notified = (number) => (number === 1 ? "1 melding" : `${number} meldingen`);

export const firstName = (user) => user.real_name.split(" ")[0];

// Puts new children in a region, and keeps the focus and the place in the text where it was.
export function fill(region, ...children) {
  const active = document.activeElement;
  const key = region.contains(active) ? active.dataset.key : null;
  region.replaceChildren(...children.flat().filter(Boolean));
  if (key) region.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus();
}
