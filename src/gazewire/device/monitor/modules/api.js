// The device's REST interface: what it answers, or in words why not.

const PATIENCE_MS = 10_000;

// Returns the `result` of the answer; throws an Error whose message is for humans, without a stop,
// and whose `status` is that of the answer, if there was one.
export function post(path, body) {
  return ask(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body ?? {}),
  });
}

export function get(path) {
  return ask(path, {});
}

async function ask(path, request) {
  let response;
  try {
    response = await fetch(path, { ...request, signal: AbortSignal.timeout(PATIENCE_MS) });
  } catch {
    throw new Error("the device did not answer");
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) {
    const words = answer.message?.replace(/\.$/, "") || `the device said ${response.status}`;
    throw Object.assign(new Error(words), { status: response.status });
  }
  return answer.result;
}
