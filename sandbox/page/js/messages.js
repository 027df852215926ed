// Messages in a channel, a conversation or a thread.

import { avatar, h } from "./dom.js";
import { blocks } from "./blocks.js";
import { mrkdwn, inZone } from "./mrkdwn.js";
import { post, state, user } from "./store.js";

export function list(messages, { openThread } = {}) {
  let day = "";
  return messages.flatMap((message) => {
    const at = new Date(Number(message.ts) * 1000);
    const name = inZone(at, { weekday: "long", day: "numeric", month: "long" });
    const divider = name === day ? [] : [h("div", { class: "day", role: "separator" }, name)];
    day = name;
    return [...divider, one(message, at, openThread)];
  });
}

function one(message, at, openThread) {
  const author = user(message.user);
  const problem = h("div", { class: "problem", role: "alert" });
  const act = async (block, action) => {
    problem.textContent = "";
    const answer = await post("action", { source: { kind: "message", channel: message.channel, ts: message.ts }, block_id: block.block_id || "", action });
    if (!answer.ok) problem.textContent = answer.message;
  };
  const body = message.blocks.length ? blocks(message.blocks, act) : message.text ? mrkdwn(message.text) : null;
  const replies = openThread && message.reply_count > 0 && h(
    "button",
    { class: "replies", type: "button", "data-key": `thread-${message.ts}`, onclick: () => openThread(message.ts) },
    message.reply_users.slice(0, 3).map((id) => avatar(user(id), state.boot.users, true)),
    message.reply_count === 1 ? "1 reactie" : `${message.reply_count} reacties`,
  );
  const answer = openThread && !message.ephemeral && !message.reply_count && h("button", { class: "replies quiet", type: "button", onclick: () => openThread(message.ts) }, "Reageer in een thread");
  return h(
    "article",
    { class: `message${message.ephemeral ? " private" : ""}`, "data-ts": message.ts },
    avatar(author, state.boot.users),
    h(
      "div",
      { class: "body" },
      message.ephemeral && h("div", { class: "only" }, "Alleen jij ziet dit"),
      h("span", { class: "who" }, author.real_name),
      author.is_bot && h("span", { class: "app" }, "APP"),
      h("time", { class: "at", datetime: at.toISOString() }, inZone(at, { hour: "2-digit", minute: "2-digit" })),
      body,
      message.files.map((file) => h(
        "a",
        { class: "file", href: `/ui/file/${file.id}?as=${state.me}`, download: file.name },
        h("b", {}, file.title),
        h("span", { class: "dim" }, `${file.name}, ${file.size} bytes`),
      )),
      message.edited && h("span", { class: "only" }, "(bewerkt)"),
      problem,
      replies || answer,
    ),
  );
}
