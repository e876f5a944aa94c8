// The page: shows how the codes stand, and does to the chosen one what a button says.

import { Cards } from "./cards.js";
import { Away, look, Refused } from "./control.js";
import { arm, ACTIONS, disarm, isOpen } from "./actions.js";
import { answered, left, outcome, rupiah, short, whole } from "./words.js";

const EVERY_MS = 1000;
const at = (id) => document.getElementById(id);
let seen = { orders: [], callbacks: [], faults: [], clock: null };
let isAway = false;

const codes = new Cards(at("codes"), at("code-card"), (card, code) => {
  card.querySelector("button").addEventListener("click", () => choose(code));
});
const callbacks = new Cards(at("callbacks"), at("callback-card"));

function show() {
  const now = Date.parse(seen.clock.now);
  const time = (order) => (isOpen(order) ? left((Date.parse(order.expiresAt) - now) / 1000) : "–");
  const shown = seen.orders.filter((order) => order.paymentCode && (isOpen(order) || at("closed").checked));
  codes.show(
    shown.map((order) => [
      order.paymentCode,
      {
        code: order.paymentCode,
        order: order.orderId,
        amount: rupiah(order.amount),
        status: order.status,
        left: time(order),
        which: ` ${order.paymentCode}`,
      },
    ]),
  );
  callbacks.show(seen.callbacks.map((one) => [one.entry, sent(one)]));
  at("no-codes").hidden = shown.length > 0;
  at("no-callbacks").hidden = seen.callbacks.length > 0;
  text(at("armed"), seen.faults.map((one) => one.fault).join(", ") || "nothing");
  text(at("clock"), `${seen.clock.wib} WIB`);
  showChosen(time);
}

function sent(one) {
  const again = one.attempt > 1 ? `, attempt ${one.attempt}` : "";
  const body = short(one.body) || "empty";
  return {
    status: one.status,
    answer: answered(one),
    order: one.orderId,
    sent: one.time.slice(11, 19) + again,
    body: one.httpStatus ? body : "–",
  };
}

function showChosen(time) {
  const order = chosen();
  const typed = at("code").value.trim();
  if (!order) text(at("chosen"), typed ? "No order has this code." : "Type a code, or choose one below.");
  else text(at("chosen"), `${rupiah(order.amount)} · ${order.status} · order ${order.orderId} · ${time(order)}`);
}

function text(element, words) {
  if (element.textContent !== words) element.textContent = words;
}

const chosen = () => seen.orders.find((order) => order.paymentCode === at("code").value.trim());

function choose(code) {
  at("code").value = code;
  show();
  at("code").focus();
}

async function refresh() {
  try {
    seen = await look();
    if (isAway) say("");
    isAway = false;
    show();
  } catch (error) {
    isAway = error instanceof Away;
    say(error);
  }
}

function say(words) {
  text(at("said"), words instanceof Error ? reason(words) : words);
}

function reason(error) {
  if (!(error instanceof Refused)) throw error;
  return `Not done: ${error.message}`;
}

/** Runs what a button stands for, and says what came of it. */
async function during(button, work) {
  button.setAttribute("aria-disabled", "true");
  try {
    say(await work());
  } catch (error) {
    say(error);
  } finally {
    button.removeAttribute("aria-disabled");
  }
  await refresh();
}

async function action(button) {
  // What was typed may be newer than what was seen.
  seen = await look();
  const order = chosen();
  if (!order) throw new Refused("no order has this code.");
  const given = { channel: at("channel").value, amount: whole(at("amount").value), seconds: whole(at("seconds").value) };
  return outcome(button.textContent, await ACTIONS[button.dataset.action](order, given));
}

const isBusy = (button) => button.hasAttribute("aria-disabled");

at("pay").addEventListener("submit", (event) => {
  event.preventDefault();
  if (!isBusy(event.submitter)) during(event.submitter, () => action(event.submitter));
});
at("wrongs").addEventListener("click", ({ target }) => {
  if (target.dataset.action && !isBusy(target)) during(target, () => action(target));
});
at("next").addEventListener("click", ({ target }) => {
  const armed = async () => `${(await arm(target.dataset.arm)).faults.length} armed for the next code.`;
  if (target.dataset.arm && !isBusy(target)) during(target, armed);
});
at("disarm").addEventListener("click", ({ target }) => during(target, async () => {
  await disarm();
  return "Nothing is armed any more.";
}));
at("code").addEventListener("input", () => seen.clock && show());
at("closed").addEventListener("change", () => show());

// A shop may link to its code: /till/#8802…
function chooseLinked() {
  try {
    at("code").value = decodeURIComponent(location.hash.slice(1));
  } catch {
    // What is no code of a URL is none of Finpay's either.
    at("code").value = "";
  }
}
addEventListener("hashchange", chooseLinked);
chooseLinked();
await refresh();
setInterval(refresh, EVERY_MS);
// From here on every button works and the lists are kept up to date; whoever automates a browser can
// wait for it.
document.documentElement.dataset.script = "running";
