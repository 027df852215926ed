// The page of a session: it ticks by itself, from the end time and the bot's own clock.
"use strict";

const WORDS = JSON.parse(document.body.dataset.words);
const HERE = location.pathname.replace(/\/+$/, "");
const AGAIN = [300, 1000, 2000, 4000, 8000];
const FULL_AGAIN = 10_000;
// A process that is replaced is gone for a moment: that is not worth a word.
const LOST_AFTER = 1200;
// The bot sends something every fifteen seconds. Without it the connection is dead, though nothing says so.
const DEAD_AFTER = 40_000;

const part = (id) => document.getElementById(id);
let face = JSON.parse(document.body.dataset.face);
let clock = {};
let stream = null;
let heardAt = Date.now();
let tries = 0;
let retrying = 0;
let noticing = 0;
let over = false;

function setTime(told) {
  clock = { bot: told.now, screen: Date.now(), speed: told.speed };
}

function botNow() {
  return clock.bot + (Date.now() - clock.screen) * clock.speed;
}

function show(next) {
  const before = face;
  face = next;
  if (next.now) setTime(next);
  const changed = ["title", "turn", "until", "rule"].filter((key) => (next[key] || "") !== part(key).textContent);
  for (const key of changed) part(key).textContent = next[key] || "";
  document.body.dataset.state = next.state;
  if (changed.length) say(changed.map((key) => next[key]).filter(Boolean).join(" "));
  const went = before.step !== next.step && (next.step || next.state === "ended");
  const ran = ["running", "paused"].includes(before.state);
  if (ran && (went || next.state === "waiting")) endOf(before);
  tick();
  if (next.state === "ended" || next.state === "dead") finish();
}

function say(text) {
  part("said").textContent = text;
}

function tick() {
  const left = face.ends ? Math.max(0, face.ends - botNow()) : face.left;
  const seconds = Math.ceil((left ?? 0) / 1000);
  const text = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  const digits = part("clock");
  digits.hidden = left === null || left === undefined;
  if (digits.textContent !== text) digits.textContent = text;
  digits.classList.toggle("long", text.length > 5);
  if (face.ends && left === 0) endOf(face);
  if (stream && Date.now() - heardAt > DEAD_AFTER) lose();
}

// The connection

function follow() {
  stream = new EventSource(`${HERE}/stream`);
  heardAt = Date.now();
  stream.addEventListener("face", (event) => hear(event, show));
  stream.addEventListener("beat", (event) => hear(event, setTime));
  stream.onerror = lose;
}

function hear(event, take) {
  heardAt = Date.now();
  tries = 0;
  clearTimeout(noticing);
  noticing = 0;
  if (!part("lost").hidden) {
    part("lost").hidden = true;
    say(WORDS.back);
  }
  take(JSON.parse(event.data));
}

function lose() {
  hangUp();
  if (over) return;
  noticing ||= setTimeout(() => {
    part("lost").textContent = WORDS.lost;
    part("lost").hidden = false;
    say(WORDS.lost);
  }, LOST_AFTER);
  later(AGAIN[Math.min(tries++, AGAIN.length - 1)]);
}

function hangUp() {
  if (stream) stream.close();
  stream = null;
}

function later(wait) {
  clearTimeout(retrying);
  retrying = setTimeout(ask, wait);
}

// A stream that is refused does not say why, so the page asks first.
async function ask() {
  if (stream || over) return;
  try {
    const answer = await fetch(`${HERE}/now`, { cache: "no-store" });
    if (answer.status === 404) return show(WORDS.dead);
    if (answer.status === 429) return wait();
    if (!answer.ok) return lose();
    await answer.json();
  } catch {
    return lose();
  }
  follow();
}

function wait() {
  clearTimeout(noticing);
  noticing = 0;
  part("lost").hidden = true;
  show(WORDS.full);
  later(FULL_AGAIN);
}

function finish() {
  over = true;
  hangUp();
  clearTimeout(noticing);
  part("lost").hidden = true;
  part("sound").hidden = true;
}

// The sound

let audio = null;
let muted = true;
let sounded = "";

// Once for each end: a phase that got more time may end again.
function endOf(ended) {
  const what = `${ended.step} ${ended.ends}`;
  if (sounded === what) return;
  sounded = what;
  tone();
}

function tone() {
  if (muted) return;
  const begin = audio.currentTime;
  for (const [pitch, at] of [[523.25, 0], [659.25, 0.45]]) {
    const voice = audio.createOscillator();
    const volume = audio.createGain();
    voice.frequency.value = pitch;
    volume.gain.setValueAtTime(0, begin + at);
    volume.gain.linearRampToValueAtTime(0.16, begin + at + 0.06);
    volume.gain.exponentialRampToValueAtTime(0.0001, begin + at + 1.8);
    voice.connect(volume).connect(audio.destination);
    voice.start(begin + at);
    voice.stop(begin + at + 1.9);
  }
}

part("sound").addEventListener("click", () => {
  audio ||= new AudioContext();
  audio.resume();
  muted = !muted;
  part("sound").setAttribute("aria-pressed", String(!muted));
  part("sound").textContent = muted ? WORDS.muted : WORDS.sounds;
  tone();
});

// The screen

async function stayAwake() {
  if (over || document.visibilityState !== "visible") return;
  try {
    await navigator.wakeLock?.request("screen");
  } catch {
    // Not every screen can, and a battery may forbid it.
  }
}

addEventListener("offline", lose);
addEventListener("online", () => later(0));
document.addEventListener("visibilitychange", () => {
  stayAwake();
  if (document.visibilityState === "visible" && !stream) later(0);
});

document.body.classList.add("live");
part("sound").textContent = WORDS.silent;
part("sound").hidden = !("AudioContext" in window);
setTime(face);
tick();
setInterval(tick, 200);
stayAwake();
if (face.state === "full") later(FULL_AGAIN);
else follow();
