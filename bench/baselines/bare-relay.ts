/** Baseline of the cascade: cuts each frame's sound out of its text for a recognizer, and pays every final word back. */
import { createServer } from 'node:http';
import { WebSocket, WebSocketServer } from 'ws';
import { announce } from './announce.ts';

const loadUrl = (process.argv[2] ?? '').replace('http', 'ws');
const payloadStart = '"payload":"';
/** A sentence of sound, as long as an answer of the simulated vendors. */
const answer = Buffer.alloc(160, 0x35).toString('base64');
const framesOfAnswer = 75;

const http = createServer();
const sockets = new WebSocketServer({ server: http, perMessageDeflate: false });
sockets.on('connection', (carrier) => {
  const recognizer = new WebSocket(`${loadUrl}/deepgram/v2/listen`, { perMessageDeflate: false });
  let prefix = '';
  let framesLeft = 0;
  const play = () => {
    if (framesLeft > 0) carrier.send(`${prefix}${answer}"}}`);
    framesLeft -= 1;
  };
  carrier.on('message', (data: Buffer) => {
    const at = data.indexOf(payloadStart);
    if (at === -1) {
      const [, streamSid] = /"streamSid":"(\w+)"/.exec(String(data)) ?? [];
      prefix = `{"event":"media","streamSid":"${streamSid}","media":{"payload":"`;
      return;
    }
    play();
    if (recognizer.readyState !== WebSocket.OPEN) return;
    const from = at + payloadStart.length;
    recognizer.send(Buffer.from(data.toString('latin1', from, data.indexOf('"', from)), 'base64'));
  });
  recognizer.on('message', (data) => {
    if (!String(data).includes('"EndOfTurn"')) return;
    framesLeft = framesOfAnswer;
    play();
  });
  recognizer.on('error', () => carrier.close());
  carrier.on('close', () => recognizer.close());
});
announce(http);
