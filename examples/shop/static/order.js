// Keeps an order's page as the shop's server has it. What is shown is decided and written there; this
// asks whether it changed, fetches the page, and puts its article in place of the old one.

import { countDown } from "./countdown.js";
import { enableCopy } from "./copy.js";

const SOON_MS = 1000;
const LATER_MS = 10000;
const said = document.getElementById("said");
let askAgainAt = 0;

const article = () => document.getElementById("order");

/** Says it to who sees the page and who hears it; what the title says too is for the latter only. */
function say(words, kind = "") {
  said.className = `said ${kind}`;
  if (said.textContent !== words) said.textContent = words;
}

function begin() {
  const { pause, stage } = article().dataset;
  askAgainAt = stage === "asking" ? Date.now() + pause * 1000 : Infinity;
  enableCopy(say);
  countDown();
  document.getElementById("again")?.addEventListener("submit", (event) => {
    event.preventDefault();
    askForCode();
  });
}

/** Puts the page of this answer in place, and tells who does not see it what changed. */
async function renew(answer) {
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const old = article();
  const fresh = document.importNode(page.getElementById("order"), true);
  const hadFocus = old.contains(document.activeElement);
  const changed = fresh.dataset.mark !== old.dataset.mark;
  old.replaceWith(fresh);
  document.title = page.title;
  begin();
  if (hadFocus) (fresh.querySelector("button") ?? document.getElementById("title")).focus();
  if (changed) say(fresh.dataset.said, "heard");
}

async function askForCode() {
  askAgainAt = Infinity;
  const { action } = document.getElementById("again");
  await reaching(async () => renew(await fetch(action, { method: "POST" })));
}

async function look() {
  const { state, mark } = article().dataset;
  const answer = await fetch(state);
  if (!answer.ok) return;
  if (said.textContent === article().dataset.offline) say("");
  if ((await answer.json()).mark !== mark) await renew(await fetch(location.href));
}

async function reaching(work) {
  try {
    await work();
  } catch {
    say(article().dataset.offline);
  }
}

async function keepLooking() {
  await reaching(look);
  if (Date.now() >= askAgainAt) await askForCode();
  const isSettled = ["paid", "overpaid", "refunded"].includes(article().dataset.stage);
  setTimeout(keepLooking, isSettled ? LATER_MS : SOON_MS);
}

begin();
setTimeout(keepLooking, SOON_MS);
// From here on the page keeps itself up to date; whoever automates a browser can wait for it.
document.documentElement.dataset.script = "running";
