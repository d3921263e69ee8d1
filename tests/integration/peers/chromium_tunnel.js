// RTSP in a websocket, written by hand for a page of a browser: no library, nothing but WebSocket.
//
// receive(websocket, rtsp, camera, count) resolves to what came: the agreed subprotocol, the status
// of each answer, the SDP, `count` RTP packets and the RTCP packets between them, in base64.

async function receive(websocket, rtsp, camera, count) {
  const socket = new WebSocket(websocket, "binary");
  socket.binaryType = "arraybuffer";
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = () => reject(new Error("the websocket was refused"));
  });

  const report = { protocol: socket.protocol, statuses: {}, sdp: "", packets: [], reports: [] };
  const packetsCame = Promise.withResolvers();
  const closed = Promise.withResolvers();
  let answered = null;
  let waiting = new Uint8Array();

  socket.onmessage = ({ data }) => {
    const bytes = new Uint8Array(waiting.length + data.byteLength);
    bytes.set(waiting);
    bytes.set(new Uint8Array(data), waiting.length);
    waiting = bytes;
    while (takePacket() || takeAnswer());
  };
  socket.onclose = () => {
    packetsCame.reject(new Error("the device closed the websocket"));
    closed.resolve();
  };

  const url = (path) => `${rtsp}/${path}`;
  const { headers } = await ask("OPTIONS", url(""));
  report.methods = headers.get("public");
  const described = await ask("DESCRIBE", url(`?camera=${camera}`), { Accept: "application/sdp" });
  report.sdp = described.body;
  const track = described.body.match(/^m=[^]*?^a=control:(\S+)/m)[1];
  const base = described.headers.get("content-base");
  const setup = await ask("SETUP", new URL(track, base.replace("rtsp:", "http:")).href.replace("http:", "rtsp:"), {
    Transport: "RTP/AVP/TCP;unicast;interleaved=0-1",
  });
  const session = { Session: setup.headers.get("session").split(";")[0] };
  await ask("PLAY", base, session);
  await packetsCame.promise;
  await ask("TEARDOWN", base, session);
  socket.close();
  await closed.promise;
  return report;

  function ask(method, target, headers = {}) {
    const sequence = Object.keys(report.statuses).length + 1;
    const lines = Object.entries({ CSeq: sequence, ...headers }).map(([name, value]) => `${name}: ${value}`);
    answered = { method, ...Promise.withResolvers() };
    socket.send(new TextEncoder().encode(`${[`${method} ${target} RTSP/1.0`, ...lines].join("\r\n")}\r\n\r\n`));
    return answered.promise;
  }

  // RFC 2326 section 10.12: a dollar, the channel, the length, the packet.
  function takePacket() {
    if (waiting[0] !== 0x24 || waiting.length < 4) return false;
    const end = 4 + ((waiting[2] << 8) | waiting[3]);
    if (waiting.length < end) return false;
    const [channel, packet] = [waiting[1], waiting.subarray(4, end)];
    waiting = waiting.slice(end);
    const came = channel === 0 ? report.packets : report.reports;
    if (report.packets.length < count) came.push(btoa(String.fromCharCode(...packet)));
    if (report.packets.length === count) packetsCame.resolve();
    return true;
  }

  function takeAnswer() {
    if (waiting.length === 0 || waiting[0] === 0x24) return false;
    const text = new TextDecoder("latin1").decode(waiting);
    const end = text.indexOf("\r\n\r\n") + 4;
    if (end < 4) return false;
    const [status, ...lines] = text.slice(0, end - 4).split("\r\n");
    const headers = new Map(
      lines.map((line) => [line.split(": ", 1)[0].toLowerCase(), line.slice(line.indexOf(": ") + 2)]),
    );
    const whole = end + Number(headers.get("content-length") ?? 0);
    if (waiting.length < whole) return false;
    waiting = waiting.slice(whole);
    report.statuses[answered.method] = Number(status.split(" ")[1]);
    answered.resolve({ headers, body: text.slice(end, whole) });
    return true;
  }
}
