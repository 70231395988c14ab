import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [react()],
  build: {
    outDir: process.env.SEGUE_WEBAPP_OUT ?? '../../.cache/webapp',
    emptyOutDir: true,
    manifest: true,
    assetsInlineLimit: 0, // nothing in the page itself: the policy would refuse it
    reportCompressedSize: false,
    chunkSizeWarningLimit: 900,
  },
  server: { proxy: { '/api': process.env.SEGUE_URL ?? 'http://127.0.0.1:8380' } },
  test: {
    environment: 'happy-dom',
    setupFiles: ['src/test/setup.ts'],
    include: ['src/**/*.test.{ts,tsx}'],
    css: false,
    testTimeout: 60_000, // generous: other tests run beside these
  },
});
