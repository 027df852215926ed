// Brings the page to life: loads what somebody sees, and follows the stream of what changes.

import { loadViews, typedBy } from "./forms.js";
import { drawCenter, drawSidebar, drawThread, drawTraffic, showPane } from "./panes.js";
import { clearUnread, countUnread, get, post, setClock, state, user } from "./store.js";
import { drawTop, tick } from "./top.js";

let stream = null;

async function become(id) {
  state.me = id;
  localStorage.setItem("me", id);
  await load();
  document.querySelector(`[data-key="cast-${id}"]`)?.focus();
}

async function load() {
  state.boot = await get("bootstrap");
  setClock(state.boot.clock);
  if (state.place.kind === "im") state.place.id = state.boot.ims[0].id;
  follow();
  await Promise.all([loadPlace(), loadThread(), loadViews()]);
  top();
}

const top = () => { drawTop({ become, toggleTraffic }); drawSidebar(go); };

async function loadPlace() {
  if (state.place.kind === "home") state.home = (await get("home")).view;
  else {
    const place = state.place.id;
    const found = (await get("messages", { channel: place })).messages;
    if (place !== state.place.id) return;
    state.messages = found;
    clearUnread(place);
  }
  drawCenter(openThread);
  drawSidebar(go);
}

async function loadThread() {
  if (state.thread) state.replies = (await get("messages", { channel: state.thread.channel, thread_ts: state.thread.ts })).messages;
  drawThread(closeThread);
}

async function go(place) {
  state.place = place;
  if (place.kind === "home") post("home/open");
  await loadPlace();
  showPane("center");
}

async function openThread(ts, channel = state.place.id) {
  state.thread = { ts, channel };
  await loadThread();
  showPane("thread");
  document.getElementById("composer-thread")?.focus({ preventScroll: true });
}

function closeThread() {
  state.thread = null;
  loadThread();
  showPane("center");
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
  if (now.has("views")) loads.push(loadViews());
  await Promise.all(loads);
  if (now.has("traffic")) drawTraffic(toggleTraffic);
  top();
}

function follow() {
  stream?.close();
  const socket = new WebSocket(`ws://${location.host}/ui/stream?as=${state.me}`);
  stream = socket;
  socket.addEventListener("message", ({ data }) => { if (stream === socket) receive(JSON.parse(data)); });
  socket.addEventListener("close", () => { if (stream === socket) setTimeout(() => stream === socket && load().catch(() => follow()), 1000); });
}

function receive(event) {
  switch (event.type) {
    case "message": case "ephemeral": case "message_changed": case "message_deleted":
      arrived(event);
      break;
    case "elsewhere":
      countUnread(event.user, event.channel);
      want("top");
      break;
    case "view": want("views"); break;
    case "typed": typedBy(event); break;
    case "home": if (state.place.kind === "home") want("place"); break;
    case "channel": case "bot": case "person": want("boot"); break;
    case "clock": setClock(event); want("top"); break;
    case "journal":
      state.journal.push(event.entry);
      if (state.showTraffic) want("traffic");
      break;
    case "caption": caption(event); break;
  }
}

function arrived(event) {
  const here = event.channel === state.place.id;
  if (here) want("place");
  if (state.thread?.channel === event.channel) want("thread");
  if (event.type !== "message" && event.type !== "ephemeral") return;
  const author = user(event.message.user).real_name;
  if (!here || event.only_for) document.getElementById("live").textContent = `Nieuw bericht van ${author}`;
  if (!here && event.only_for) countUnread(state.me, event.channel);
  want("top");
}

async function caption(event) {
  const band = document.getElementById("caption");
  band.hidden = !event.text;
  band.textContent = event.text || "";
  if (event.as && event.as !== state.me) { state.me = event.as; await load(); }
  if (event.home) await go({ kind: "home", id: "home" });
  else if (event.channel) {
    const kind = event.channel.startsWith("D") ? "im" : "channel";
    if (state.place.id !== event.channel) await go({ kind, id: event.channel });
    if (event.thread_ts) { if (state.thread?.ts !== event.thread_ts) await openThread(event.thread_ts, event.channel); else showPane("thread"); }
    else showPane("center");
  }
}

document.addEventListener("top", top);
document.addEventListener("keydown", (event) => {
  const people = state.boot?.users.filter((one) => !one.is_bot) || [];
  const chosen = event.altKey && people[Number(event.code.replace("Digit", "")) - 1];
  if (chosen) { event.preventDefault(); become(chosen.id); }
});
setInterval(tick, 1000);
load();
