import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createApi } from '../create-api.ts';
import { bareApiParts } from '../testing/bare-api-parts.ts';

const script = `console.log(${JSON.stringify('x'.repeat(2000))})`;
const inBrowser = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

let folder: string;
let close = async () => {};

function build(): void {
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>App</title>');
  writeFileSync(join(folder, 'assets/app-1a2b.js'), script);
  writeFileSync(join(folder, 'secrets'), 'not for anyone');
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'callwright-dashboard-'));
});
afterEach(async () => {
  await close();
  rmSync(folder, { recursive: true, force: true });
});

function serve(dashboardFolder: string | null = folder) {
  const app = createApi({ ...bareApiParts, dashboardFolder });
  close = () => app.close();
  return (url: string, headers: Record<string, string> = {}) => app.inject({ url, headers });
}

describe('the browser app', () => {
  it('opens at every address that a person may have kept, under a policy that lets nothing in the page run', async () => {
    build();
    const get = serve();
    for (const url of ['/', '/calls', '/calls/call_1', '/a/b/c']) {
      const answer = await get(url, inBrowser);
      expect([answer.statusCode, answer.body]).toEqual([200, '<!doctype html><title>App</title>']);
      const policy = String(answer.headers['content-security-policy']);
      expect(policy).toContain("script-src 'self'; style-src 'self'");
      expect(policy).not.toMatch(/unsafe|\*|http/);
      expect(answer.headers['x-content-type-options']).toBe('nosniff');
    }
  });

  it('leaves the answers to programs as they are', async () => {
    build();
    const get = serve();
    expect((await get('/v1/nothing', inBrowser)).json()).toMatchObject({ status: 404 });
    expect((await get('/nothing', { accept: 'application/json' })).json()).toMatchObject({ code: 'request/not-found' });
    expect((await get('/assets/gone.js', inBrowser)).statusCode).toBe(404);
  });

  it('sends packed files that are kept for good, and nothing but what was built', async () => {
    build();
    const get = serve();
    const br = await get('/assets/app-1a2b.js', { 'accept-encoding': 'gzip, br' });
    expect(brotliDecompressSync(br.rawPayload).toString()).toBe(script);
    expect(br.headers['cache-control']).toContain('immutable');
    const gz = await get('/assets/app-1a2b.js', { 'accept-encoding': 'gzip' });
    expect(gunzipSync(gz.rawPayload).toString()).toBe(script);
    const again = await get('/assets/app-1a2b.js', { 'if-none-match': String(gz.headers.etag) });
    expect([again.statusCode, again.body]).toEqual([304, '']);
    for (const path of ['/assets/../secrets', '/assets/..%2fsecrets', '/assets/%2e%2e/secrets', '/secrets']) {
      expect((await get(path)).body).not.toContain('not for anyone');
    }
  });

  it('says that it is being built until it is, without a restart', async () => {
    const get = serve();
    const early = await get('/', inBrowser);
    expect([early.statusCode, early.headers['retry-after']]).toEqual([503, '2']);
    expect(early.body).toContain('being built');
    build();
    expect((await get('/', inBrowser)).statusCode).toBe(200);
  });
});
