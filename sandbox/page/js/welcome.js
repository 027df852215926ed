// The welcome: what this is, three ways to go, and who is who.

import { avatar, h } from "./dom.js";
import { holdFocus } from "./focus.js";
import { BEGIN, choose, LEAD, LOOK, STORY } from "./scene.js";
import { state } from "./store.js";
import { livesIn, readsIn } from "./who.js";

const host = document.getElementById("welcome");
const WAYS = [
  [STORY, "Kijk het verhaal", "Twee minuten. Het speelt vanzelf; je kunt het stilzetten."],
  [LEAD, "Stem mee en leid een sessie", "De groep is begonnen, drie casussen wachten. Een gids zegt wie je bent en wat je doet."],
  [BEGIN, "Begin zelf", "Een leeg kanaal, nog zonder bot. Van niets tot jullie eerste sessie, ook met de gids."],
];
let drawn = "";

export function drawWelcome() {
  const scene = state.scene;
  const shown = Boolean(scene?.is_set) && (scene.way === "" || state.showWelcome || scene.is_preparing);
  const key = shown ? JSON.stringify([scene.way, scene.is_preparing, state.sceneProblem, state.showWelcome]) : "";
  if (key === drawn) return;
  drawn = key;
  host.hidden = !shown;
  document.getElementById("app").inert = shown || state.views.length > 0;
  if (!shown) return host.replaceChildren();
  const card = scene.is_preparing ? preparing() : ways(scene);
  host.replaceChildren(h("div", { class: "over" }, card));
  if (!scene.is_preparing) holdFocus(card, leave);
  card.querySelector("button")?.focus();
}

function leave() {
  if (state.scene.way === "") return choose(LOOK);
  state.showWelcome = false;
  drawWelcome();
}

const preparing = () => h(
  "section",
  { class: "modal small", role: "status", "aria-label": "Even klaarzetten" },
  h("div", { class: "content" }, h("h2", {}, "Even klaarzetten…"), h("p", {}, "De bot begint opnieuw, en de werkplek staat weer op dinsdag om tien uur. Dat duurt een paar tellen.")),
);

function ways(scene) {
  return h(
    "section",
    { class: "modal wide", role: "dialog", "aria-modal": "true", "aria-label": "Welkom" },
    h("header", {}, h("h2", {}, "Intervisie in Slack: welkom")),
    h(
      "div",
      { class: "content" },
      h("p", {}, "Zes collega's helpen één van hen met een echte casus uit het werk, in een uur. De bot leidt dat. Dit is een werkplek op je eigen computer: alles is verzonnen, en jij speelt iedereen."),
      h("div", { class: "ways" }, WAYS.map(([way, name, words]) => h("button", { type: "button", class: "way", onclick: () => choose(way) }, h("b", {}, name), h("span", {}, words)))),
      h("p", { class: "problem", role: "alert" }, state.sceneProblem),
      h("h3", {}, "Wie is wie"),
      h("ul", { class: "who-is-who" }, people().map((one) => h(
        "li",
        {},
        avatar(one, state.boot.users, true),
        h("span", {}, h("b", {}, one.real_name), `, ${one.title}`, h("small", {}, `leest ${readsIn(one)} · ${livesIn(one)}`)),
      ))),
      h("p", { class: "dim" }, "Chloé leest met opzet Engels en zit in Londen: zo zie je dat ieder de eigen taal en tijd krijgt. Kies bovenin wie je bent."),
    ),
    h("footer", {}, h("button", { class: "btn", type: "button", onclick: leave }, scene.way === "" ? "Ik kijk zelf rond" : "Terug")),
  );
}

const people = () => state.boot.users.filter((one) => !one.is_bot);
