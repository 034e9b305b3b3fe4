/** Telephone lines over Media Streams: a frame each 20 ms whatever the server does, playback with marks, one ticker. */
import type { WebSocket } from 'ws';
import { frameBytes, writeTag } from './frame-tag.ts';

export interface MediaLine {
  readonly number: number;
  /** The person begins to say this now: its first frame is the next that begins. Frames of it carry no tag. */
  voice(sound: Uint8Array): void;
  /** Hears of every frame of the server, and of its `clear`. */
  onSound: (atMs: number) => void;
  onClear: (atMs: number) => void;
  /** When everything sent so far will have been played. */
  readonly playedUntilMs: number;
  close(): void;
}

export interface MediaLines {
  /** Begins a stream on an open socket. */
  begin(socket: WebSocket, call: { sid: string; parameters: Record<string, string> }): MediaLine;
  /** When this frame was sent. */
  sentAtMs(tag: { call: number; frame: number }): number | null;
  /** Those that are open, in the order in which they began. */
  readonly lines: readonly MediaLine[];
  /** Everybody hangs up; gives the carrier's ids of their calls. */
  hangUp(): string[];
  stop(): void;
}

const frameMs = 20;
/** Sending times are kept for so many frames of each line. */
const remembered = 256;

interface Line extends MediaLine {
  sid: string;
  streamSid: string;
  playedUntilMs: number;
  socket: WebSocket;
  nextAtMs: number;
  frame: number;
  sentAtMs: Float64Array;
  voiced: Uint8Array;
  voicedFrom: number;
  marks: { name: string; atMs: number }[];
}

export function createMediaLines(): MediaLines {
  const all: Line[] = [];
  const open = () => all.filter(({ socket }) => socket.readyState === socket.OPEN);
  const sound = Buffer.alloc(frameBytes);
  let isRunning = true;

  const sendFrame = (line: Line, nowMs: number) => {
    sound.fill(0xff);
    if (line.voiced.length > 0 && line.frame >= line.voicedFrom) {
      sound.set(line.voiced.subarray(0, frameBytes));
      line.voiced = line.voiced.subarray(frameBytes);
    } else writeTag(sound, { call: line.number, frame: line.frame });
    line.sentAtMs[line.frame % remembered] = nowMs;
    const media = `"media":{"track":"inbound","chunk":"${line.frame + 1}","timestamp":"${line.frame * frameMs}"`;
    const sequence = `"sequenceNumber":"${line.frame + 2}"`;
    const { streamSid } = line;
    // The very form in which Twilio writes it.
    line.socket.send(
      `{"event":"media",${sequence},"streamSid":"${streamSid}",${media},"payload":"${sound.toString('base64')}"}}`,
    );
    line.frame += 1;
  };
  const sendMarks = (line: Line, nowMs: number) => {
    for (let mark = line.marks[0]; mark && mark.atMs <= nowMs; mark = line.marks[0]) {
      line.marks.shift();
      line.socket.send(JSON.stringify({ event: 'mark', streamSid: line.streamSid, mark: { name: mark.name } }));
    }
  };
  const tick = () => {
    const nowMs = performance.now();
    for (const line of all) {
      if (line.socket.readyState !== line.socket.OPEN) continue;
      // Frames that are overdue are sent at once: the line does not wait for anybody.
      for (; line.nextAtMs <= nowMs; line.nextAtMs += frameMs) sendFrame(line, nowMs);
      sendMarks(line, nowMs);
    }
    if (isRunning) setTimeout(tick, 1);
  };
  tick();

  return {
    get lines() {
      return open();
    },
    sentAtMs({ call, frame }) {
      const line = all[call];
      if (!line || frame >= line.frame || frame < line.frame - remembered) return null;
      return line.sentAtMs[frame % remembered] ?? null;
    },
    begin(socket, { sid, parameters }) {
      const line = createLine(socket, { sid, number: all.length });
      const { streamSid } = line;
      socket.send(JSON.stringify({ event: 'connected', protocol: 'Call', version: '1.0.0' }));
      const mediaFormat = { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 };
      const start = { streamSid, callSid: sid, tracks: ['inbound'], mediaFormat, customParameters: parameters };
      socket.send(JSON.stringify({ event: 'start', sequenceNumber: '1', streamSid, start }));
      socket.on('message', (data) => hear(line, data as Buffer));
      all.push(line);
      return line;
    },
    hangUp() {
      const ended = open();
      for (const { socket, streamSid, sid: callSid } of ended) {
        socket.send(JSON.stringify({ event: 'stop', streamSid, stop: { callSid } }));
        socket.close(1000);
      }
      return ended.map(({ sid }) => sid);
    },
    stop() {
      isRunning = false;
      for (const line of all) line.socket.close(1000);
    },
  };
}

function createLine(socket: WebSocket, { sid, number }: { sid: string; number: number }): Line {
  const streamSid = `MZ${String(number + 1).padStart(32, '0')}`;
  return {
    ...{ sid, streamSid, socket, number, frame: 0, playedUntilMs: 0 },
    ...{ voiced: Buffer.alloc(0), voicedFrom: 0, marks: [] },
    // Lines do not all speak in the same millisecond.
    nextAtMs: performance.now() + ((number * 7) % frameMs),
    sentAtMs: new Float64Array(remembered),
    onSound: () => {},
    onClear: () => {},
    voice(sound) {
      this.voiced = sound;
      // A frame is sent when it is over, so the one that goes out next has begun before.
      this.voicedFrom = this.frame + 1;
    },
    close: () => socket.close(1000),
  };
}

const payloadStart = '"payload":"';

/** Looks for no more than it must: frames of sound are by far the most of what comes. */
function hear(line: Line, data: Buffer): void {
  const atMs = performance.now();
  const text = data.toString('latin1', 0, 200);
  if (text.includes('"media"')) {
    const payloadAt = data.indexOf(payloadStart);
    const bytes = ((data.length - payloadAt - payloadStart.length - 3) * 3) / 4;
    line.playedUntilMs = Math.max(line.playedUntilMs, atMs) + bytes / 8;
    return line.onSound(atMs);
  }
  if (text.includes('"clear"')) {
    line.playedUntilMs = atMs;
    for (const mark of line.marks) mark.atMs = atMs;
    return line.onClear(atMs);
  }
  const { mark } = JSON.parse(String(data)) as { mark?: { name: string } };
  if (mark) line.marks.push({ name: mark.name, atMs: Math.max(line.playedUntilMs, atMs) });
}
