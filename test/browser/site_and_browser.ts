import type { Browser } from 'playwright-core';
import { launchChromium } from './chromium';
import { openSite, type Site } from './site';

/** Both are there from before the first test of a file until after its last one. */
export function siteAndBrowser(): { readonly site: Site; readonly browser: Browser } {
  const opened = {} as { site: Site; browser: Browser };
  beforeAll(async () => {
    opened.browser = await launchChromium();
    opened.site = await openSite();
  });
  afterAll(async () => {
    await opened.browser?.close();
    opened.site?.close();
  });
  return opened;
}
