// A shop's backend that takes payment codes; ../README.md says how to run it.
//
// POST /orders     makes an order and asks the payment service for its code
// GET /orders/{id} shows how the order stands
// POST /webhooks   is told by the payment service what becomes of the payment

import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { Webhook } from "standardwebhooks";

const { PAYMENTS_URL, PAYMENTS_API_KEY, WEBHOOK_SECRET, SHOP_URL, PORT, DATABASE } = process.env;

// In whole rupiah. The price comes from the shop, never from the customer's browser.
const PRICES = new Map([["kaos", 150_000], ["topi", 75_000]]);
// Milliseconds that a customer at the checkout waits for a code.
const PATIENCE = 25_000;
const TRY_AGAIN = [429, 500, 503, 504];
const BODY_LIMIT = 65_536;

const webhook = new Webhook(WEBHOOK_SECRET);
const orders = new Map(existsSync(DATABASE) ? JSON.parse(readFileSync(DATABASE, "utf8")) : []);

// The file is replaced as a whole, so it is never half written, and nothing counts before it is there.
function store(order) {
  const all = new Map(orders).set(order.id, order);
  writeFileSync(`${DATABASE}.new`, JSON.stringify([...all]), { flush: true });
  renameSync(`${DATABASE}.new`, DATABASE);
  orders.set(order.id, order);
}

// Nothing waits between the comparison and the write, and there is one process, so of two deliveries
// at once the newer version stays, whichever comes last. A database needs one statement for it:
// UPDATE orders SET … WHERE id = … AND version < …
function takeIfNewer(order, payment) {
  if (payment.version <= order.version) return;
  const { status, version, paymentCode } = payment;
  // Goods go out for `paid` alone: PAID, and with the amount that was asked for.
  const paid = status === "PAID" && payment.amount === order.amount && payment.currency === "IDR";
  store({ ...order, status, version, paymentCode, paid });
}

async function createOrder(request) {
  const wish = parsed(await body(request));
  const amount = PRICES.get(wish?.item);
  if (amount === undefined || typeof wish.id !== "string") return { status: 422 };
  const { id, item } = wish;
  // Stored before anybody can pay it. The same id again is the same order, not a second one.
  if (!orders.has(id)) {
    store({ id, item, amount, paymentCode: null, status: "NEW", version: 0, paid: false });
  }
  if (orders.get(id).item !== item || orders.get(id).amount !== amount) return { status: 409 };
  const answer = await askForCode({
    customer: wish.customer,
    order: { id, amount, description: item },
    url: { callbackUrl: `${SHOP_URL}/webhooks` },
  });
  if (answer.again) {
    // The order stands: whoever sends the same request again gets its code.
    return { status: 503, headers: { "Retry-After": answer.wait } };
  }
  if (answer.status !== 201) {
    // What the customer can correct is said; the rest is the shop's own trouble.
    const told = answer.status === 409 || answer.status === 422;
    return told ? { status: answer.status, json: answer.json } : { status: 502, json: {} };
  }
  takeIfNewer(orders.get(id), answer.json);
  return { status: 201, json: orders.get(id) };
}

// Sends the request until it is answered for certain or PATIENCE ends. To send the same body again
// is safe: order.id is the idempotency key.
async function askForCode(body) {
  const deadline = Date.now() + PATIENCE;
  for (;;) {
    const answer = await askOnce(JSON.stringify(body));
    if (!answer.again || Date.now() + answer.wait * 1000 > deadline) return answer;
    await sleep(answer.wait * 1000);
  }
}

// `again` says whether the outcome is open, `wait` in how many seconds to ask again.
async function askOnce(body) {
  try {
    const answer = await fetch(`${PAYMENTS_URL}/payments`, {
      method: "POST",
      headers: { Authorization: `Bearer ${PAYMENTS_API_KEY}`, "Content-Type": "application/json" },
      body,
      signal: AbortSignal.timeout(30_000),
    });
    const json = parsed(await answer.text());
    const inProgress = answer.status === 409 && json?.type?.endsWith(":payment-in-progress");
    const again = TRY_AGAIN.includes(answer.status) || inProgress;
    const asked = Number.parseInt(answer.headers.get("Retry-After") ?? "2", 10);
    return { status: answer.status, json, again, wait: Math.max(1, asked || 0) };
  } catch {
    return { again: true, wait: 2 };
  }
}

async function takeWebhook(request) {
  let event;
  try {
    // The bytes as they came: JSON that was parsed and written anew has another signature.
    event = webhook.verify(await body(request), request.headers);
  } catch (error) {
    return { status: error.status ?? 401 };
  }
  const order = orders.get(event.data.orderId);
  // Not of this shop: not acknowledged, so the service keeps it and somebody looks.
  if (!order) return { status: 404 };
  takeIfNewer(order, event.data);
  // A duplicate or an older version changed nothing, and is as welcome. Whatever takes long, such as
  // sending the goods, is for a job that looks for `paid` orders.
  return { status: 204 };
}

async function body(request) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size <= BODY_LIMIT) chunks.push(chunk);
  }
  if (size > BODY_LIMIT) throw Object.assign(new Error("too large"), { status: 413 });
  return Buffer.concat(chunks);
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function route(request) {
  const { method, url } = request;
  if (method === "POST" && url === "/orders") return createOrder(request);
  if (method === "POST" && url === "/webhooks") return takeWebhook(request);
  const [, id] = url.match(/^\/orders\/([\w-]+)$/) ?? [];
  if (method === "GET" && orders.has(id)) return { status: 200, json: orders.get(id) };
  return { status: 404 };
}

createServer(async (request, response) => {
  const answer = await route(request).catch((error) => ({ status: error.status ?? 500 }));
  response.writeHead(answer.status, { "Content-Type": "application/json", ...answer.headers });
  response.end(answer.json && JSON.stringify(answer.json));
}).listen(Number(PORT), "127.0.0.1");
