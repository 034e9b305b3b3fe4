/** Reads JSON bodies: no deeper than anyone needs, and none that reaches for an object's prototype. */
import type { FastifyInstance } from 'fastify';

const deepest = 32;

/** How deep brackets are nested in JSON text; what stands in strings does not count. */
export function nestingOf(text: string): number {
  let depth = 0;
  let most = 0;
  let inString = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (inString) {
      if (character === '\\') at += 1;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === '{' || character === '[') {
      depth += 1;
      most = Math.max(most, depth);
    } else if (character === '}' || character === ']') depth -= 1;
  }
  return most;
}

/** The body's own error, with the status that it deserves. */
function bodyError(message: string): Error {
  return Object.assign(new Error(message), { statusCode: 400 });
}

export function acceptJson(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeContentTypeParser('text/plain');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    const text = body.toString();
    if (text.trim() === '') return done(bodyError('The body is empty; send a JSON object.'));
    if (nestingOf(text) > deepest) return done(bodyError(`The body is nested deeper than ${deepest} levels.`));
    return parse(request, text, (error, value) => {
      if (error) return done(bodyError('The body is not valid JSON.'));
      return done(null, value);
    });
  });
}
