/** Reads a TwiML document into its verbs, with Twilio's error codes for what is wrong with it. */
import { SaxesParser } from 'saxes';

export interface TwimlElement {
  name: string;
  attributes: Record<string, string>;
  children: TwimlElement[];
  /** All text inside, children's text included, with the space around it removed. */
  text: string;
}

export type TwimlResult = { ok: true; verbs: TwimlElement[] } | { ok: false; code: number; message: string };

const mostBytes = 64 * 1024;
const deepest = 64;
const contentTypes = ['text/xml', 'application/xml', 'text/html'];

/** An answer of a webhook: its content type counts too (12300), and it must not be empty (11770) or over 64 kB (11750). */
export function parseTwimlAnswer(contentType: string | undefined, body: string): TwimlResult {
  const type = (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (Buffer.byteLength(body) > mostBytes) return problem(11750, 'TwiML response body too large');
  if (body.trim() === '') return problem(11770, 'Empty TwiML response body');
  if (type === '') return problem(11200, 'The answer has no Content-Type');
  if (!contentTypes.includes(type)) return problem(12300, `Invalid Content-Type: attempted to parse ${type}`);
  return parseTwiml(body);
}

export function parseTwiml(xml: string): TwimlResult {
  const top: TwimlElement = { name: '', attributes: {}, children: [], text: '' };
  const open = [top];
  const parser = new SaxesParser();
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('doctype', () => {
    throw new Error('a document type declaration is not allowed');
  });
  parser.on('opentag', (tag) => {
    const element: TwimlElement = { name: tag.name, attributes: { ...tag.attributes }, children: [], text: '' };
    if (open.length > deepest) throw new Error('elements are nested too deeply');
    open.at(-1)?.children.push(element);
    open.push(element);
  });
  parser.on('closetag', () => {
    const closed = open.pop();
    const parent = open.at(-1);
    if (closed && parent) parent.text += closed.text;
    if (closed) closed.text = closed.text.trim();
  });
  const addText = (text: string) => {
    const element = open.at(-1);
    if (element) element.text += text;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  try {
    parser.write(xml.replace(/^\uFEFF/, '').trimStart()).close();
  } catch (error) {
    return problem(12100, `Document parse failure: ${error instanceof Error ? error.message : String(error)}`);
  }
  const [root] = top.children;
  if (root?.name !== 'Response')
    return problem(12100, `Document parse failure: the root is <${root?.name}>, not <Response>`);
  return { ok: true, verbs: root.children };
}

function problem(code: number, message: string): TwimlResult {
  return { ok: false, code, message };
}
