/** How the browser app is built, and how it is tried out with a server beside it. */
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const server = process.env.CALLWRIGHT_URL ?? 'http://localhost:3000';

// Whatever surrounds it, such as tests, must not make a development build of it.
if (process.argv.includes('build')) process.env.NODE_ENV = 'production';

export default defineConfig({
  plugins: [react(), tailwindcss()],
  build: {
    target: 'es2022',
    // A small file inside another one would be a data: address, which the page's policy forbids for scripts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: { proxy: { '/v1': server, '/auth': server, '/browser-phone': { target: server, ws: true } } },
});
