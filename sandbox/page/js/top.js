// The bar on top: who you are, and the clock.

import { avatar, fill, firstName, h, notified } from "./dom.js";
import { dutchTime } from "./dates.js";
import { differs, livesIn, readsIn } from "./who.js";
import { notificationsOf, now, post, setClock, state } from "./store.js";

const bar = document.getElementById("people");
const STEPS = [["+1 min", 60], ["+5 min", 300], ["+1 uur", 3600], ["+1 dag", 86400]];

export function drawTop({ become, toggleTraffic, openWelcome }) {
  const people = state.boot.users.filter((one) => !one.is_bot);
  const cast = h("div", { class: "cast", role: "radiogroup", "aria-label": "Wie speel je nu?" }, people.map((one, n) => {
    const unread = notificationsOf(one.id);
    const on = one.id === state.me;
    return h(
      "button",
      { type: "button", role: "radio", "aria-checked": String(on), tabindex: on ? "0" : "-1", "data-key": `cast-${one.id}`, title: `${one.real_name}, ${one.title}; leest ${readsIn(one)}, ${livesIn(one)} (Alt+${n + 1})`, "aria-label": `${one.real_name}${unread ? `, ${notified(unread)}` : ""}`, onclick: () => become(one.id) },
      avatar(one, state.boot.users, true),
      h("span", { class: "name" }, firstName(one), differs(one) && h("small", {}, ` ${differs(one)}`)),
      unread > 0 && !on && h("span", { class: "badge", "aria-hidden": "true" }, String(unread)),
    );
  }));
  cast.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const index = people.findIndex((one) => one.id === state.me);
    become(people[(index + step + people.length) % people.length].id);
  });
  const traffic = h("button", { class: "tool", type: "button", "data-key": "traffic", "aria-pressed": String(state.showTraffic), onclick: toggleTraffic }, "Verkeer");
  const welcome = state.scene?.is_set && h("button", { class: "tool", type: "button", "data-key": "welcome", onclick: openWelcome }, "Welkom");
  fill(bar, h("h1", {}, state.boot.team.name), cast, clock(), traffic, welcome);
}

function clock() {
  const face = h("time", { id: "clock", "aria-live": "off" });
  const box = h("div", { class: "clock", role: "group", "aria-label": "Klok van de werkplek" }, face);
  for (const [name, seconds] of STEPS) box.append(h("button", { type: "button", "data-key": name, disabled: state.busy, onclick: () => move({ advance: seconds }) }, name));
  const next = state.clock.next;
  const label = next ? `Naar ${moment(next)}` : "Niets op komst";
  box.append(h("button", { type: "button", "data-key": "next", disabled: state.busy || !next, title: "Naar het volgende moment waarop de bot iets te doen heeft", onclick: () => move({ to_next: true }) }, state.busy ? "De bot werkt…" : label));
  tick(face);
  return box;
}

function moment(unix) {
  const at = new Date(unix * 1000);
  const day = { day: "numeric", month: "short" };
  const isToday = dutchTime(at, { ...day, hour: undefined, minute: undefined }) === dutchTime(new Date(now() * 1000), { ...day, hour: undefined, minute: undefined });
  return isToday ? dutchTime(at) : dutchTime(at, { weekday: "short", ...day });
}

async function move(how) {
  state.busy = true;
  document.dispatchEvent(new Event("top"));
  const answer = await post("clock", how);
  state.busy = false;
  setClock(answer);
  document.dispatchEvent(new Event("top"));
}

export function tick(face = document.getElementById("clock")) {
  if (!face) return;
  const at = new Date(now() * 1000);
  const shown = dutchTime(at, { weekday: "short", day: "numeric", month: "short" });
  if (face.textContent !== shown) face.textContent = shown;
  face.dateTime = at.toISOString();
}
