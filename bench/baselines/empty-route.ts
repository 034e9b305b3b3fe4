/** Baseline of a webhook: a Fastify route that reads a form and answers nothing. */
import { createServer, type RequestListener } from 'node:http';
import fastify from 'fastify';
import { announce } from './announce.ts';

let listener: RequestListener = () => {};
const http = createServer((request, response) => listener(request, response));
const app = fastify({
  logger: false,
  serverFactory: (handler) => {
    listener = handler as RequestListener;
    return http;
  },
});
app.removeAllContentTypeParsers();
app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
app.post('/empty', async (_request, reply) => reply.type('text/xml').send('<Response/>'));
await app.ready();
announce(http);
