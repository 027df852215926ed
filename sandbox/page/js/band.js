// The band above the page: the caption of a story with its controls, or the guide. It pushes the page down and lies
// over nothing, also not over a form.

import { avatar, fill, firstName, h } from "./dom.js";
import { BEGIN, choose, control, isGuided, isPlaying, LEAD, letOthers, STORY } from "./scene.js";
import { state, user } from "./store.js";

const band = document.getElementById("band");
const NARROW = window.matchMedia("(max-width: 760px)");
let go, openThread, become;
let busy = "";

export function bandOf(actions) { ({ go, openThread, become } = actions); }

new ResizeObserver(() => document.documentElement.style.setProperty("--band", `${band.offsetHeight}px`)).observe(band);

let drawn = "";

// Drawn again only when it would look different, so that a click is never lost.
export function drawBand() {
  if (!state.boot) return;
  const parts = (story() || guide() || []).flat(2).filter(Boolean);
  const key = state.me + parts.map((one) => one.outerHTML).join("");
  if (key !== drawn) {
    drawn = key;
    band.hidden = parts.length === 0;
    fill(band, parts);
  }
  point();
}

const button = (name, onclick, more = {}) => h("button", { class: "btn", type: "button", "data-key": `band-${name}`, onclick, ...more }, name);

function story() {
  const play = state.scene?.play;
  const { text, as } = state.caption || {};
  if (!play && !text) return null;
  const who = as && user(as);
  const words = h(
    "p",
    { id: "caption" },
    who && avatar(who, state.boot.users, true),
    h("span", {}, who && h("small", {}, `Het scherm van ${firstName(who)} `), text || "Het verhaal begint zo…"),
  );
  return [words, play && h("div", { class: "controls" }, isPlaying() ? controls(play) : endings(play))];
}

const controls = (play) => [
  play.state === "paused" ? button("Verder", () => control("resume"), { class: "btn primary" }) : button("Pauze", () => control("pause")),
  button("Sneller", () => control("faster"), { "aria-label": `Sneller, nu ${play.speed} keer` }),
  play.speed > 1 && h("span", { class: "speed", "aria-hidden": "true" }, `${play.speed}×`),
  button("Opnieuw", () => choose(STORY, { long: play.is_long })),
  button("Stop", () => control("stop")),
];

const endings = (play) => [
  button("Opnieuw", () => choose(STORY, { long: play.is_long })),
  button("Leid een sessie", () => choose(LEAD), { class: "btn primary" }),
  button("Begin zelf", () => choose(BEGIN)),
  button("Kijk rond", () => control("stop")),
];

function guide() {
  const step = state.step;
  if (!isGuided() || !step) return null;
  if (state.hideGuide) return [h("div", { class: "controls" }, button("Gids tonen", () => { state.hideGuide = false; drawBand(); }))];
  const who = user(step.who);
  return [
    h(
      "p",
      { id: "guide", role: "status" },
      avatar(who, state.boot.users, true),
      h("span", {}, h("small", {}, `Stap ${step.number} van ${step.of} `), h("b", {}, `${firstName(who)}: `), bold(step.text)),
    ),
    h("div", { class: "controls" }, ways(step, who), button("Verberg", () => { state.hideGuide = true; drawBand(); }, { "aria-label": "Gids verbergen" })),
  ];
}

// Back to whom and where the step is, when somebody wandered off; then what helps with the step itself.
function ways(step, who) {
  if (busy === step.name) return [h("span", { class: "speed" }, "De anderen zijn bezig…")];
  if (state.me !== step.who) return [button(`Word ${firstName(who)}`, () => become(step.who), { class: "btn primary" })];
  const shown = [];
  const place = { channel: step.button?.channel || step.channel, thread: step.button?.thread_ts || null, ts: step.button?.ts };
  if (!isThere(place)) shown.push(button(`Ga naar ${placeName(place)}`, () => visit(place), { class: "btn primary" }));
  else if (step.command) shown.push(button("Typ het voor mij", () => type(step.command), { class: "btn primary" }));
  if (step.others) shown.push(button(step.others, () => others(step.name)));
  if (step.thread_ts && state.thread?.ts !== step.thread_ts && place.thread === null) shown.push(button("Open de thread", () => openThread(step.thread_ts, step.channel)));
  if (step.name === "done") shown.push(button("Nog een keer", () => choose(LEAD)), button("Kijk het verhaal", () => choose(STORY)));
  return shown;
}

const bold = (text) => text.split("*").map((part, n) => (n % 2 ? h("b", { class: "name" }, part) : part));

function isThere({ channel, thread, ts }) {
  // The message that begins a thread stands in the thread's pane too.
  if (NARROW.matches && state.pane === "thread" && ts && state.thread?.ts === ts) return true;
  if (thread) return state.thread?.ts === thread && (!NARROW.matches || state.pane === "thread");
  return state.place.id === channel && (!NARROW.matches || state.pane === "center");
}

function placeName({ channel, thread }) {
  if (thread) return "de thread";
  const found = state.boot.channels.find((one) => one.id === channel);
  return found ? `# ${found.name}` : "je berichten van Intervisie";
}

const visit = ({ channel, thread }) => (thread ? openThread(thread, channel) : go({ kind: channel.startsWith("D") ? "im" : "channel", id: channel }));

function type(command) {
  const box = document.getElementById("composer-main");
  box.value = command;
  box.focus();
}

async function others(name) {
  busy = name;
  drawBand();
  await letOthers(name);
  busy = "";
  drawBand();
}

// Marks the button that the step speaks of.
function point() {
  for (const old of document.querySelectorAll(".pointed")) old.classList.remove("pointed");
  const wanted = isGuided() && !state.hideGuide && state.me === state.step?.who && state.step.button;
  if (!wanted) return;
  for (const one of document.querySelectorAll(`[data-ts="${CSS.escape(wanted.ts)}"] [data-key^="${CSS.escape(wanted.action_id)}"]`)) {
    if (one.textContent === wanted.label) one.classList.add("pointed");
  }
}
