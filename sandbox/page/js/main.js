// Brings the page to life: loads what somebody sees, and follows the stream of what changes.

import { loadViews, typedBy } from "./forms.js";
import { drawCenter, drawSidebar, drawThread, drawTraffic, showPane } from "./panes.js";
import { badge, get, post, setClock, state, user, withEphemerals } from "./store.js";
import { bandOf, drawBand, lookAgain } from "./band.js";
import { isGuided, isPlaying, loadStep, setScene } from "./scene.js";
import { drawTop, tick } from "./top.js";
import { drawWelcome } from "./welcome.js";

let stream = null;

// What still arrives for the person before is not for the eyes of the next one.
function turnInto(id) {
  stream?.close();
  stream = null;
  state.me = id;
  state.ephemerals = [];
}

async function become(id) {
  turnInto(id);
  localStorage.setItem("me", id);
  await load();
  document.querySelector(`[data-key="cast-${id}"]`)?.focus();
}

// The stream is open before anything is read, so that nothing falls in between.
async function load() {
  const hear = await follow();
  state.boot = await get("bootstrap");
  setClock(state.boot.clock);
  state.scene = state.boot.scene;
  if (state.place.kind === "im") state.place.id = state.boot.ims[0].id;
  hear();
  await Promise.all([loadPlace(), loadThread(), loadViews(), loadBadges(), loadStep()]);
  top();
}

const top = () => { drawTop({ become, toggleTraffic, openWelcome });  drawSidebar(go, openThread); drawBand(); drawWelcome(); };

async function loadBadges() {
  const before = JSON.stringify(state.badges[state.me]);
  state.badges = (await get("badges")).badges;
  // A thread's badge stands at its first message too.
  if (before !== JSON.stringify(state.badges[state.me]) && state.place.kind !== "home") drawCenter(openThread);
  seen();
}

// What stands before somebody's eyes they have read; on a phone one pane hides the other.
function seen() {
  if (document.visibilityState !== "visible") return;
  const read = (pane, channel, thread_ts) => {
    if (document.getElementById(pane).checkVisibility() && badge(channel, thread_ts)) post("read", { channel, thread_ts });
  };
  read("center", state.place.id, null);
  if (state.thread) read("thread", state.thread.channel, state.thread.ts);
}

async function loadPlace() {
  if (state.place.kind === "home") state.home = (await get("home")).view;
  else {
    const place = state.place.id;
    const found = (await get("messages", { channel: place, page: 1 })).messages;
    if (place !== state.place.id) return;
    state.messages = withEphemerals(found, place);
  }
  drawCenter(openThread);
  drawSidebar(go, openThread);
}

async function loadThread() {
  if (state.thread) {
    const { channel, ts } = state.thread;
    state.replies = withEphemerals((await get("messages", { channel, thread_ts: ts, page: 1 })).messages, channel, ts);
  }
  drawThread(closeThread);
}

async function go(place) {
  state.place = place;
  if (place.kind === "home") post("home/open");
  await loadPlace();
  showPane("center");
  drawBand();
  seen();
}

async function openThread(ts, channel = state.place.id) {
  state.thread = { ts, channel };
  await loadThread();
  showPane("thread");
  drawBand();
  seen();
  if (!isPlaying()) document.getElementById("composer-thread")?.focus({ preventScroll: true });
}

function closeThread() {
  state.thread = null;
  loadThread();
  showPane("center");
  seen();
}

function toggleTraffic() {
  state.showTraffic = !state.showTraffic;
  drawTraffic(toggleTraffic);
  if (state.showTraffic) showPane("traffic");
  else showPane("center");
  top();
}

// Many changes arrive at once; each region is loaded again at most once per frame.
const wanted = new Set();
function want(what) {
  if (wanted.size === 0) requestAnimationFrame(refresh);
  wanted.add(what);
}

async function refresh() {
  const now = new Set(wanted);
  wanted.clear();
  const loads = [];
  if (now.has("boot")) state.boot = await get("bootstrap");
  if (now.has("place")) loads.push(loadPlace());
  if (now.has("thread")) loads.push(loadThread());
  if (now.has("badges")) loads.push(loadBadges());
  if (now.has("views")) loads.push(loadViews());
  if (isGuided()) loads.push(loadStep());
  await Promise.all(loads);
  if (now.has("traffic")) drawTraffic(toggleTraffic);
  top();
  if (chose) beginNext();
}

// Opens the stream. What it tells waits until the function that this returns is called.
function follow() {
  stream?.close();
  const socket = new WebSocket(`ws://${location.host}/ui/stream?as=${state.me}`);
  stream = socket;
  let hear;
  const isLoaded = new Promise((resolve) => { hear = resolve; });
  socket.addEventListener("message", ({ data }) => isLoaded.then(() => { if (stream === socket) receive(JSON.parse(data)); }));
  socket.addEventListener("close", () => again(socket));
  return new Promise((resolve) => { for (const what of ["open", "close"]) socket.addEventListener(what, () => resolve(hear)); });
}

const again = (socket) => setTimeout(() => { if (stream === socket) load().catch(() => again(stream)); }, 1000);

function receive(event) {
  switch (event.type) {
    case "message": case "ephemeral": case "message_changed": case "message_deleted":
      arrived(event);
      break;
    case "read": want("badges"); break;
    case "view": want("views"); break;
    case "typed": typedBy(event); break;
    case "home": if (state.place.kind === "home") want("place"); break;
    case "channel": case "bot": case "person": want("boot"); break;
    case "clock": setClock(event); want("top"); break;
    case "journal":
      state.journal.push(event.entry);
      if (state.showTraffic) want("traffic");
      break;
    case "caption": captions = captions.then(() => caption(event)).catch(() => null); break;
    case "scene": setScene(event.scene); want("step"); beginNext(); break;
    case "anew": captions = captions.then(anew); break;
  }
}

function arrived(event) {
  const here = event.channel === state.place.id;
  keepEphemeral(event);
  if (here) want("place");
  if (state.thread?.channel === event.channel) want("thread");
  // The badge of a message goes with it.
  if (event.type === "message_deleted") want("badges");
  if (event.type !== "message" && event.type !== "ephemeral") return;
  const author = user(event.message.user).real_name;
  if (!here || event.only_for) document.getElementById("live").textContent = `Nieuw bericht van ${author}`;
  want("badges");
}

function keepEphemeral(event) {
  const ts = event.ts || event.message.ts;
  const kept = state.ephemerals.filter((one) => one.ts !== ts || one.channel !== event.channel);
  if (event.type === "ephemeral") kept.push(event.message);
  // An edit reaches only what this page still shows.
  else if (event.type === "message_changed" && kept.length < state.ephemerals.length) kept.push(event.message);
  state.ephemerals = kept;
}

// Everything happened anew: what this page kept is of the time before.
async function anew() {
  Object.assign(state, { thread: null, ephemerals: [], journal: [], caption: null, place: { kind: "channel", id: "C0OOST" } });
  entered = "";
  await load();
  await enter();
}

// The way whose channel this page has opened.
let entered = "";

// A way with a guide begins in its own channel, in every tab and after a reload.
async function enter() {
  const { way, channel, is_preparing } = state.scene;
  if (is_preparing || way === entered) return;
  entered = way;
  if (channel && (state.place.id !== channel || state.pane !== "center")) await go({ kind: "channel", id: channel });
}

// Whether somebody chose the way on this page, and has not yet become the person who begins it.
let chose = false;

// Whoever chose the way is the person who begins it, as soon as there is a first step.
async function begin() {
  await enter();
  if (!chose || state.scene.is_preparing) return;
  await loadStep();
  if (!state.step) return;
  chose = false;
  if (state.me !== state.step.who) await become(state.step.who);
}

const beginNext = () => { captions = captions.then(begin).catch(() => null); };

function openWelcome() {
  state.showWelcome = true;
  drawWelcome();
}

// One caption after the other, because each may turn the page.
let captions = Promise.resolve();

async function caption(event) {
  state.caption = event.text ? event : null;
  drawBand();
  if (event.as && event.as !== state.me) { turnInto(event.as); await load(); }
  if (event.home) await go({ kind: "home", id: "home" });
  else if (event.channel) {
    const kind = event.channel.startsWith("D") ? "im" : "channel";
    if (state.place.id !== event.channel) await go({ kind, id: event.channel });
    if (event.thread_ts) { if (state.thread?.ts !== event.thread_ts) await openThread(event.thread_ts, event.channel); else showPane("thread"); }
    else showPane("center");
  }
}

document.addEventListener("top", top);
document.addEventListener("scene", () => { drawBand(); drawWelcome(); });
document.addEventListener("way", () => { state.hideGuide = false; chose = isGuided(); beginNext(); });
document.addEventListener("pane", () => { if (state.boot) lookAgain(); });
document.addEventListener("input", drawBand);
bandOf({ go, openThread, become });
document.addEventListener("visibilitychange", seen);
document.addEventListener("keydown", (event) => {
  const people = state.boot?.users.filter((one) => !one.is_bot) || [];
  const chosen = event.altKey && people[Number(event.code.replace("Digit", "")) - 1];
  if (chosen) { event.preventDefault(); become(chosen.id); }
});
setInterval(tick, 1000);
load().then(() => (state.scene.caption.text ? caption(state.scene.caption) : enter()));
