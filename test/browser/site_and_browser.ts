import type { Browser } from 'playwright-core';
import { launchChromium } from './chromium';
import { openSite, type Entry, type Site } from './site';

/** Both are there from before the first test of a file until after its last one. */
export function siteAndBrowser(entry: Entry = 'main'): {
  readonly site: Site;
  readonly browser: Browser;
} {
  const opened = {} as { site: Site; browser: Browser };
  beforeAll(async () => {
    opened.browser = await launchChromium();
    opened.site = await openSite(entry);
  });
  afterAll(async () => {
    await opened.browser?.close();
    opened.site?.close();
  });
  return opened;
}
