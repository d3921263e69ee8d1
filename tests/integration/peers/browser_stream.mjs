// Receives a stream by the browser library, in Node, put together as pages put it together.
// Its arguments are one JSON object on the command line, its report is one JSON line.

import { createRequire } from 'node:module'

const { modules, websocket, rtsp, kind, count } = JSON.parse(process.argv[2])
const require = createRequire(`${modules}/`)

// What the library looks for in a browser.
globalThis.window = globalThis
globalThis.location = { host: '', protocol: 'http:' }
globalThis.WebSocket = require('ws')

const entry = require.resolve('media-stream-library')
const library = require(entry.replace(/node\.c?js$/, 'browser-cjs.js'))
const { H264Depay, MessageType, RtspPipeline, Sink, WSSource, payload, payloadType, timestamp } =
  library

const GAZE_PAYLOAD_TYPE = 99

// The library has no reader of gaze; pages read the packets themselves.
const readers = {
  video: (message) =>
    message.type === MessageType.H264 && {
      timestamp: message.timestamp,
      ntp_ms: message.ntpTimestamp ?? null,
      nal_type: message.nalType,
      data: message.data.toString('base64'),
    },
  gaze: (message) =>
    message.type === MessageType.RTP &&
    payloadType(message.data) === GAZE_PAYLOAD_TYPE && {
      timestamp: timestamp(message.data),
      ntp_ms: message.ntpTimestamp ?? null,
      x: payload(message.data).readFloatBE(0),
      y: payload(message.data).readFloatBE(4),
      worn: payload(message.data).readInt8(8) === -1,
    },
}

const report = { received: [], media: null, sender_reports: 0 }
const enough = () => report.received.length >= count

const source = await WSSource.open({ uri: websocket, protocol: 'binary' })
const pipeline = new RtspPipeline({ uri: rtsp })
pipeline.prepend(source)
pipeline.rtsp.onSdp = (sdp) => (report.media = sdp.media)
pipeline.rtsp.onRtcp = () => (report.sender_reports += 1)
pipeline.rtsp.onError = (error) => end(1, `refused: ${error.code} ${error.message}`)

const read = readers[kind]
const collect = Sink.fromHandler((message) => {
  const datum = !enough() && read(message)
  if (!datum) return
  report.received.push(datum)
  if (enough()) pipeline.rtsp.stop()
})
pipeline.append(...(kind === 'video' ? [new H264Depay(), collect] : [collect]))

// The library sends TEARDOWN and forgets about it; the answer is the last thing to come.
source.incoming.on('data', ({ data }) => {
  if (enough() && data.toString('latin1', 0, 13) === 'RTSP/1.0 200 ') {
    end(0, JSON.stringify(report))
  }
})
source.onServerClose = () => end(1, 'the device closed the websocket')

pipeline.rtsp.play()

function end(status, words) {
  ;(status === 0 ? process.stdout : process.stderr).write(`${words}\n`, () => process.exit(status))
}
