/** Baseline of the relay: passes each prompt to the model and its words back, and does nothing else. */
import { createServer } from 'node:http';
import { type WebSocket, WebSocketServer } from 'ws';
import { announce } from './announce.ts';

const loadUrl = process.argv[2] ?? '';

async function answer(socket: WebSocket): Promise<void> {
  const response = await fetch(`${loadUrl}/openai/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      model: 'bench',
      stream: true,
      messages: [{ role: 'user', content: 'What about tomorrow?' }],
    }),
  });
  const decoder = new TextDecoder();
  let rest = '';
  for await (const bytes of response.body ?? []) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (!line.startsWith('data: {')) continue;
      const token = JSON.parse(line.slice(6)).choices[0]?.delta?.content;
      if (token) socket.send(JSON.stringify({ type: 'text', token, last: false }));
    }
  }
}

const http = createServer();
const sockets = new WebSocketServer({ server: http, perMessageDeflate: false });
sockets.on('connection', (socket) => {
  socket.on('message', (data) => {
    if (JSON.parse(String(data)).type === 'prompt') void answer(socket);
  });
});
announce(http);
