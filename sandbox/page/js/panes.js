// The sidebar, the channel or Home in the middle, the thread, and the traffic.

import { count, fill, firstName, h, notified } from "./dom.js";
import { blocks } from "./blocks.js";
import { composer } from "./composer.js";
import { list } from "./messages.js";
import { dutchTime } from "./dates.js";
import { badge, me, now, post, state } from "./store.js";
import { livesIn, readsIn } from "./who.js";

const byId = (id) => document.getElementById(id);
const app = byId("app");

export function showPane(pane) {
  state.pane = pane;
  app.dataset.pane = pane;
  // What was drawn while its pane was hidden (on a phone) could not be scrolled yet.
  for (const scroll of app.querySelectorAll('.scroll[data-end="true"]')) scroll.scrollTop = scroll.scrollHeight;
  document.dispatchEvent(new Event("pane"));
}

const back = (to) => h("button", { class: "plain back", type: "button", "aria-label": "Terug", onclick: () => showPane(to) }, "‹ Terug");

export function drawSidebar(go, openThread) {
  const entry = (place, label) => {
    const on = state.place.kind === place.kind && state.place.id === place.id;
    const unread = badge(place.id);
    const number = unread?.notifications || 0;
    return h(
      "button",
      { type: "button", class: unread ? "unread" : null, "aria-label": unread && [label, "ongelezen", number && notified(number)].filter(Boolean).join(", "), "aria-current": String(on), "data-key": `side-${place.id}`, onclick: () => go(place) },
      label,
      number > 0 && count(number),
    );
  };
  const mine = state.boot.channels.filter((one) => one.members.includes(state.me));
  fill(
    byId("sidebar"),
    entry({ kind: "home", id: "home" }, "Home-tab van Intervisie"),
    h("h2", {}, "Kanalen"),
    mine.map((one) => entry({ kind: "channel", id: one.id }, `# ${one.name}${one.is_archived ? " (archief)" : ""}`)),
    h("h2", {}, "Berichten"),
    state.boot.ims.map((one) => entry({ kind: "im", id: one.id }, "Intervisie (bot)")),
    threads(openThread),
    presence(),
    h("p", { class: "note" }, `Je speelt ${firstName(me())}, ${me().title}. Leest ${readsIn(me())}, werkt in ${livesIn(me())}; daar is het ${dutchTime(new Date(now() * 1000))}.`),
    h("p", { class: "note" }, "Alles hier is verzonnen; er gaat niets naar buiten."),
    !state.boot.bot.connected && h("p", { class: "note", role: "alert" }, "De bot is nog niet verbonden."),
  );
}

// The threads that somebody follows and that say something new.
function threads(openThread) {
  const found = (state.badges[state.me] || []).filter((one) => one.thread_ts);
  return found.length > 0 && [
    h("h2", {}, "Threads"),
    ...found.map((one) => h(
      "button",
      { type: "button", class: "unread", "aria-label": `${one.title || "Thread"}, ${notified(one.notifications)}`, "data-key": `side-${one.thread_ts}`, onclick: () => openThread(one.thread_ts, one.channel) },
      h("span", { class: "title" }, one.title || "Thread"),
      count(one.notifications),
    )),
  ];
}

// What somebody sets in Slack itself, and the bot must respect.
function presence() {
  const quiet = me().dnd_until > now();
  const away = me().status_emoji === ":palm_tree:";
  const toggle = (name, on, changes) => h("button", { type: "button", "aria-pressed": String(on), "data-key": name, onclick: () => post("person", { user: state.me, ...changes }) }, name);
  return [
    h("h2", {}, "In Slack ingesteld"),
    toggle("Niet storen (2 uur)", quiet, quiet ? { dnd_from: 0, dnd_until: 0 } : { dnd_from: now(), dnd_until: now() + 7200 }),
    toggle("Status: vakantie", away, away ? { status_emoji: "", status_text: "" } : { status_emoji: ":palm_tree:", status_text: "Met vakantie", status_expiration: 0 }),
  ];
}

export function drawCenter(openThread) {
  const center = byId("center");
  if (state.place.kind === "home") return drawHome(center);
  const channel = state.boot.channels.find((one) => one.id === state.place.id);
  const name = channel ? `# ${channel.name}` : "Intervisie";
  const key = state.me + state.place.id;
  let scroll = center.querySelector(".scroll");
  const fresh = center.dataset.key !== key || !scroll;
  if (fresh) {
    center.dataset.key = key;
    scroll = h("div", { class: "scroll", tabindex: "0", role: "log", "aria-label": `Berichten in ${name}` });
    fill(
      center,
      h("header", { class: "head" }, back("list"), h("h2", {}, name), h("span", { class: "dim" }, channel ? channel.topic : "Privéberichten van de bot")),
      scroll,
      channel ? composer("composer-main", state.place.id, { name: `Bericht aan ${name}` }) : null,
    );
  }
  const atEnd = fresh || scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 80;
  fill(scroll, list(state.messages, { openThread: channel ? openThread : null }));
  if (state.messages.length === 0) scroll.append(h("p", { class: "dim", style: "padding:0 16px" }, "Hier staat nog niets."));
  scroll.dataset.end = String(atEnd);
  if (atEnd) scroll.scrollTop = scroll.scrollHeight;
}

function drawHome(center) {
  center.dataset.key = "home";
  const problem = h("p", { class: "problem", role: "alert" });
  const act = async (block, action) => {
    const answer = await post("action", { source: { kind: "view", view_id: state.home.id }, block_id: block.block_id || "", action });
    problem.textContent = answer.ok ? "" : answer.message;
  };
  fill(
    center,
    h("header", { class: "head" }, back("list"), h("h2", {}, "Intervisie"), h("span", { class: "dim" }, "Home-tab; alleen jij ziet hem")),
    h("div", { class: "scroll", tabindex: "0" }, h("div", { class: "home" }, state.home ? blocks(state.home.blocks, act) : h("p", { class: "dim" }, "Even wachten op de bot…"), problem)),
  );
}

export function drawThread(close) {
  const pane = byId("thread");
  pane.hidden = !state.thread;
  if (!state.thread) { pane.dataset.key = ""; pane.replaceChildren(); return; }
  const key = state.me + state.thread.ts;
  let scroll = pane.querySelector(".scroll");
  const fresh = pane.dataset.key !== key || !scroll;
  if (fresh) {
    pane.dataset.key = key;
    scroll = h("div", { class: "scroll", tabindex: "0", role: "log", "aria-label": "Berichten in de thread" });
    fill(
      pane,
      h("header", { class: "head" }, back("center"), h("h2", {}, "Thread"), h("button", { class: "plain close", type: "button", "aria-label": "Thread sluiten", onclick: close }, "×")),
      scroll,
      composer("composer-thread", state.thread.channel, { thread: state.thread.ts, name: "Reageer in de thread" }),
    );
  }
  const atEnd = fresh || scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 80;
  fill(scroll, list(state.replies));
  scroll.dataset.end = String(atEnd);
  if (atEnd) scroll.scrollTop = scroll.scrollHeight;
}

export function drawTraffic(close) {
  const pane = byId("traffic");
  pane.hidden = !state.showTraffic;
  if (!state.showTraffic) return;
  const entries = state.journal.slice(-200).reverse().map((entry) => h(
    "div",
    { class: `entry${entry.refused ? " refused" : ""}` },
    h("code", {}, entry.name),
    ` ${entry.refused ? "geweigerd: " : ""}${entry.outcome}`,
    h("div", { class: "dim" }, `${dutchTime(new Date(entry.at * 1000), { second: "2-digit" })} ${entry.kind === "to_bot" ? "naar de bot" : "van de bot"}`),
  ));
  fill(pane, h("header", { class: "head" }, back("center"), h("h2", {}, "Verkeer"), h("button", { class: "plain close", type: "button", "aria-label": "Verkeer sluiten", onclick: close }, "×")), h("p", { class: "about" }, TRAFFIC), h("div", { class: "scroll", tabindex: "0" }, entries));
}

const TRAFFIC = "Wat de bot en Slack tegen elkaar zeggen, het nieuwste bovenaan: elk verzoek van de bot, en alles wat hij van Slack hoort. Wat Slack zou weigeren, is geel. Voor wie bouwt; om mee te doen heb je het niet nodig.";
