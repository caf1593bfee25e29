import { defineConfig } from 'vitest/config'

/** Tests that drive a real browser: Debian's chromium, or the one named by XFMR_CHROMIUM. */
export default defineConfig({
  test: {
    include: ['test/browser/**/*.test.ts'],
    testTimeout: 180_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 120_000, interval: 100 } },
    globalSetup: ['test/setup.ts'],
  },
})
