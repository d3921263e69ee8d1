// The device's REST interface: what it answers, or in words why not.

const PATIENCE_MS = 10_000;

// Returns the `result` of the answer; throws an Error whose message is for humans, without a stop.
export async function post(path, body) {
  let response;
  try {
    response = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body ?? {}),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
  } catch {
    throw new Error("the device did not answer");
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) {
    throw new Error(answer.message?.replace(/\.$/, "") || `the device said ${response.status}`);
  }
  return answer.result;
}
