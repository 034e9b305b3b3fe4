/** The built browser app, read into memory once: whatever is asked for, only these files can be given out. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { brotliCompress, constants, gzip } from 'node:zlib';

export interface DashboardFile {
  type: string;
  etag: string;
  plain: Buffer;
  /** Null where it would not be smaller. */
  br: Buffer | null;
  gzip: Buffer | null;
}

export interface DashboardFiles {
  /** By the path under which the browser asks for it, `/index.html` among them. */
  byPath: ReadonlyMap<string, DashboardFile>;
  /** The page that every address of the app begins with. */
  index: DashboardFile;
}

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
};

/** Smaller files travel in one packet either way. */
const worthPacking = 1000;

/** Null while the app has not been built. */
export async function readDashboardFiles(folder: string): Promise<DashboardFiles | null> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const known = names.filter((name) => Object.hasOwn(types, extname(name)));
  const files = await Promise.all(
    known.map(async (name) => [toUrlPath(folder, name), await readOne(folder, name)] as const),
  );
  const byPath = new Map(files);
  const index = byPath.get('/index.html');
  return index ? { byPath, index } : null;
}

const toUrlPath = (folder: string, name: string) => `/${relative(folder, join(folder, name)).split(sep).join('/')}`;

async function readOne(folder: string, name: string): Promise<DashboardFile> {
  const plain = await readFile(join(folder, name));
  const etag = `"${createHash('sha256').update(plain).digest('base64url').slice(0, 22)}"`;
  const isWorthIt = plain.length >= worthPacking;
  const [br, gz] = isWorthIt ? await Promise.all([toBrotli(plain), toGzip(plain)]) : [null, null];
  return { type: types[extname(name)] ?? 'application/octet-stream', etag, plain, br, gzip: gz };
}

const toBrotli = (plain: Buffer) =>
  new Promise<Buffer>((resolve, reject) => {
    const params = { [constants.BROTLI_PARAM_QUALITY]: 6, [constants.BROTLI_PARAM_SIZE_HINT]: plain.length };
    brotliCompress(plain, { params }, (error, packed) => (error ? reject(error) : resolve(packed)));
  });

const toGzip = (plain: Buffer) =>
  new Promise<Buffer>((resolve, reject) => {
    gzip(plain, (error, packed) => (error ? reject(error) : resolve(packed)));
  });
