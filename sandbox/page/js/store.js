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
  unread: {},
  journal: [],
  showTraffic: false,
  pane: "list",
  busy: false,
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

export const unreadOf = (person) => Object.values(state.unread[person] || {}).reduce((sum, n) => sum + n, 0);

export function countUnread(person, channel) {
  state.unread[person] ??= {};
  state.unread[person][channel] = (state.unread[person][channel] || 0) + 1;
}

export const clearUnread = (channel) => delete state.unread[state.me]?.[channel];
