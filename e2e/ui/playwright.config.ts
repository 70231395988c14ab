import { defineConfig } from '@playwright/test';

// Started by ui_test.go, which gives the address of a server with data in it and the browser to use.
export default defineConfig({
  testDir: '.',
  outputDir: process.env.SEGUE_RESULTS ?? 'test-results',
  fullyParallel: true,
  forbidOnly: true,
  retries: 0,
  workers: 3, // one of them mostly waits, for a schedule or a run
  timeout: 120_000, // generous: other tests of CI run beside these
  expect: { timeout: 30_000 },
  reporter: [['list']],
  use: {
    baseURL: process.env.SEGUE_URL,
    trace: 'off',
    launchOptions: { executablePath: process.env.SEGUE_CHROMIUM, args: ['--no-sandbox', '--disable-dev-shm-usage'] },
  },
});
