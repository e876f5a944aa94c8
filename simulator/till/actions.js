// What can be done to a code, each as the calls of the control API that it takes.

import { call } from "./control.js";

const OPEN = ["REQUEST_INITIATED", "INITIATED", "PENDING", "PROCESSING"];

export const isOpen = (order) => OPEN.includes(order.status);

const about = (order, action, body) =>
  call("POST", `/orders/${encodeURIComponent(order.orderId)}/${action}`, body);

/** Each takes the order and {channel, amount, seconds}, and gives what the control API answered. */
export const ACTIONS = {
  pay: (order, { channel }) => about(order, "pay", { channel }),
  wrongAmount: (order, { channel, amount }) => about(order, "pay", { channel, amount }),
  delay: (order, { channel, seconds }) =>
    about(order, "pay", { channel, callback: "delay", delaySeconds: seconds }),
  lose: (order, { channel }) => about(order, "pay", { channel, callback: "lose" }),
  async twice(order, { channel }) {
    const first = isOpen(order) ? await about(order, "pay", { channel }) : { callbacks: [] };
    const second = await about(order, "pay", { channel, again: true });
    return { ...second, callbacks: [...first.callbacks, ...second.callbacks] };
  },
  async late(order, { channel }) {
    const over = isOpen(order) ? await about(order, "expire", { callback: "send" }) : { callbacks: [] };
    const paid = await about(order, "pay", { channel, late: true });
    return { ...paid, callbacks: [...over.callbacks, ...paid.callbacks] };
  },
  async disorder(order, { channel }) {
    await about(order, "pay", { channel, callback: "none" });
    const statuses = ["PENDING", "EXPIRED", "PAID"];
    return about(order, "callbacks", { statuses, order: "reversed" });
  },
  expire: (order) => about(order, "expire", { callback: "send" }),
  fail: (order) => about(order, "status", { status: "FAILED" }),
  again: (order) => about(order, "callbacks", { statuses: [order.status] }),
};

/** What the next initiate meets. Finpay's caller gives up long before the minute is over. */
const FAULTS = {
  early: { fault: "callback-first" },
  timeout: { fault: "timeout", seconds: 60 },
  lost504: { fault: "error-504" },
  down: { fault: "error-500", work: false },
};

export const arm = (name) => call("POST", "/faults", { endpoint: "initiate", ...FAULTS[name] });
export const disarm = () => call("DELETE", "/faults");
