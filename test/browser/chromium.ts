import { type Browser, chromium } from 'playwright-core'

/**
 * Starts Debian's chromium, or the one named by XFMR_CHROMIUM, without its calls to the outside.
 * @param more Further command line switches.
 */
export const launchChromium = (more: readonly string[] = []): Promise<Browser> =>
  chromium.launch({
    executablePath: process.env.XFMR_CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      ...more,
    ],
  })
