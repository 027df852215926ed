// The scene: which way somebody chose, the story that plays, and the guide's next step. The workspace decides; every
// page shows the same, also after it was loaded again.

import { confirmFirst } from "./confirm.js";
import { get, post, state } from "./store.js";

export const STORY = "story";
export const LEAD = "lead";
export const BEGIN = "begin";
export const LOOK = "look";

const redraw = () => document.dispatchEvent(new Event("scene"));

export const isPlaying = () => ["playing", "paused"].includes(state.scene?.play?.state);
export const isGuided = () => [LEAD, BEGIN].includes(state.scene?.way);

export function setScene(scene) {
  state.scene = scene;
  redraw();
}

export async function loadStep() {
  if (!isGuided()) { state.step = null; return redraw(); }
  const answer = await get("scene");
  state.step = answer.step;
  setScene(answer.scene);
}

// A way begins with everything as it was; what somebody did meanwhile is gone, so it is asked first.
export async function choose(way, { long = false } = {}) {
  const asks = way !== LOOK && state.scene.is_used && !["ended", "broken"].includes(state.scene.play?.state);
  if (asks && !(await confirmFirst(BEGINS_ANEW))) return;
  state.sceneProblem = "";
  const answer = await post("scene", { way, long });
  if (!answer.ok) { state.sceneProblem = answer.message; return redraw(); }
  state.showWelcome = false;
  setScene(answer.scene);
  document.dispatchEvent(new Event("way"));
}

const BEGINS_ANEW = {
  title: { text: "Opnieuw beginnen?" },
  text: { type: "plain_text", text: "Alles staat dan weer zoals op dinsdag om tien uur. Wat je hier deed, is weg." },
  confirm: { text: "Begin opnieuw" },
  deny: { text: "Nee, ik ga verder" },
};

export async function control(what) {
  const answer = await post("play", { do: what });
  if (answer.ok) setScene(answer.scene);
}

export const letOthers = (step) => post("guide/others", { step });
