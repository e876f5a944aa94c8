// The simulator's control API, as ../README.md has it.

/** The simulator did not do what was asked; the message is for whoever stands at the till. */
export class Refused extends Error {}

/** The simulator cannot be reached at present. */
export class Away extends Refused {}

/** Calls the control API and gives the answer's JSON; raises Refused. */
export async function call(method, path, body) {
  const request = { method, headers: { "Content-Type": "application/json" } };
  if (body !== undefined) request.body = JSON.stringify(body);
  let answer;
  try {
    answer = await fetch(`/_simulator${path}`, request);
  } catch {
    throw new Away("The simulator does not answer. Is it still running?");
  }
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(reason(said));
  return said;
}

function reason({ field, detail }) {
  return field ? `${field} ${detail}` : (detail ?? "The simulator failed.");
}

/** What the page shows: newest orders and callbacks first, waiting faults and the clock. */
export async function look() {
  const [{ orders }, { callbacks }, { faults }, { clock }] = await Promise.all([
    call("GET", "/orders?newest=50"),
    call("GET", "/callbacks?newest=20"),
    call("GET", "/faults"),
    call("GET", "/health"),
  ]);
  return { orders, callbacks, faults, clock };
}
