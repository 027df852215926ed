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
  if (step.name === "done") return afterwards(step);
  if (state.me !== step.who) return [button(`Word ${firstName(who)}`, () => become(step.who), { class: "btn primary" })];
  // The form lies over everything; the text says what to do in it.
  if (step.has_form) return [];
  const shown = [];
  const place = placeOf(step);
  if (step.others) shown.push(button(step.others, () => others(step.name), { class: "btn primary" }));
  if (!isThere(place)) shown.push(button(`Ga naar ${placeName(place)}`, () => visit(place), { class: step.others ? "btn" : "btn primary" }));
  else if (step.command && isTyped(step)) shown.push(h("span", { class: "speed" }, "Druk nu op Enter, of op Verstuur."));
  else if (step.command) shown.push(button("Typ het voor mij", () => type(step.command), { class: "btn primary" }));
  if (step.thread_ts && state.thread?.ts !== step.thread_ts && place.thread === null) shown.push(button("Open de thread", () => openThread(step.thread_ts, step.channel)));
  return shown;
}

// Nothing pulls anybody away any more.
function afterwards(step) {
  const summary = { channel: step.channel, thread: step.thread_ts };
  return [
    step.thread_ts && !isThere(summary) && button("Lees de samenvatting", () => visit(summary), { class: "btn primary" }),
    button("Nog een keer", () => choose(LEAD)),
    button("Kijk het verhaal", () => choose(STORY)),
  ];
}

// Without a button of its own a step of a session is in its thread.
const placeOf = (step) => (step.button ? { channel: step.button.channel, thread: step.button.thread_ts } : { channel: step.channel, thread: step.thread_ts || null });
const isTyped = (step) => document.getElementById("composer-main")?.value.trim() === step.command;

const bold = (text) => text.split("*").map((part, n) => (n % 2 ? h("b", { class: "name" }, part) : part));

function isThere({ channel, thread }) {
  if (thread) return state.thread?.ts === thread && (!NARROW.matches || state.pane === "thread");
  return state.place.id === channel && (!NARROW.matches || state.pane === "center");
}

function placeName({ channel, thread }) {
  if (thread) return "de thread";
  // On a phone the thread lies over its own channel.
  if (state.place.id === channel && state.pane === "thread") return "het kanaal";
  const found = state.boot.channels.find((one) => one.id === channel);
  return found ? `# ${found.name}` : "je berichten van Intervisie";
}

const visit = ({ channel, thread }) => (thread ? openThread(thread, channel) : go({ kind: channel.startsWith("D") ? "im" : "channel", id: channel }));

function type(command) {
  const box = document.getElementById("composer-main");
  box.value = command;
  box.focus();
  drawBand();
}

async function others(name) {
  busy = name;
  drawBand();
  await letOthers(name);
  busy = "";
  drawBand();
}

// For which step the page has scrolled; once, so that whoever reads on is not pulled back.
let scrolled = "";

// Another pane lies in front: the button is brought into sight there too.
export function lookAgain() {
  scrolled = "";
  drawBand();
}

// Marks the button that the step speaks of, and brings it into sight.
function point() {
  for (const old of document.querySelectorAll(".pointed")) old.classList.remove("pointed");
  const step = state.step;
  if (!isGuided() || state.hideGuide || state.me !== step?.who) return;
  if (step.command && !step.has_form && isThere(placeOf(step)) && isTyped(step)) document.querySelector("#center .composer .btn")?.classList.add("pointed");
  const wanted = step.button;
  if (!wanted) return;
  const key = [state.me, step.name, wanted.action_id, wanted.ts].join();
  const pane = document.getElementById(wanted.thread_ts ? "thread" : "center");
  for (const one of document.querySelectorAll(`[data-ts="${CSS.escape(wanted.ts)}"] [data-key^="${CSS.escape(wanted.action_id)}"]`)) {
    if (one.textContent !== wanted.label) continue;
    one.classList.add("pointed");
    if (key !== scrolled && pane.contains(one) && one.checkVisibility()) {
      one.scrollIntoView({ block: "nearest" });
      scrolled = key;
    }
  }
}
