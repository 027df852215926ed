// What the page knows, and its calls to the workspace (docs/sandbox.md has the protocol).

export const state = {
  me: localStorage.getItem("me") || "U0ANNA",
  boot: null,
  place: { kind: "channel", id: "C0OOST" },
  thread: null,
  messages: [],
  replies: [],
  home: null,
  views: [],
  clock: { now: Date.now() / 1000, next: null },
  clockAt: performance.now(),
  badges: {},
  // What came for these eyes only while this page was open; a reload loses it, as in Slack.
  ephemerals: [],
  journal: [],
  showTraffic: false,
  pane: "list",
  busy: false,
  // What the workspace says of the scene, the guide's next step, and the caption of a story.
  scene: null,
  step: null,
  caption: null,
  sceneProblem: "",
  showWelcome: false,
  hideGuide: false,
};

export const user = (id) => state.boot.users.find((one) => one.id === id) || { id, real_name: id, is_bot: false, zone: "UTC" };
export const me = () => user(state.me);

// "12 minuten" of reading and acting pass on the workspace's clock as on the wall.
export const now = () => state.clock.now + (performance.now() - state.clockAt) / 1000;

export async function get(path, params = {}) {
  const query = new URLSearchParams({ as: state.me, ...params });
  return (await fetch(`/ui/${path}?${query}`)).json();
}

export async function post(path, body = {}) {
  const response = await fetch(`/ui/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ as: state.me, ...body }),
  });
  return response.json();
}

export function setClock(clock) {
  state.clock = { now: clock.now, next: clock.next };
  state.clockAt = performance.now();
}

// The workspace keeps the badges: by person, the places with something unread.
export const badge = (channel, thread = null) => (state.badges[state.me] || []).find((one) => one.channel === channel && one.thread_ts === thread);
export const notificationsOf = (person) => (state.badges[person] || []).reduce((sum, one) => sum + one.notifications, 0);

// The messages of a place, with those that only this page has in between.
export function withEphemerals(messages, channel, thread = null) {
  const own = state.ephemerals.filter((one) => one.channel === channel && one.thread_ts === thread);
  return [...messages, ...own].sort((one, other) => Number(one.ts) - Number(other.ts));
}
