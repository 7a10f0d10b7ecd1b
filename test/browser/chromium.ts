import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { chromiumMissing, findChromium } from '../../scripts/find_chromium.cjs';
import { present } from '../support/present';

/**
 * WebGL and WebGPU by SwiftShader, which computes on the CPU: the same on every machine. So does the
 * drawing of canvases, by which tfjs reads from WebGPU synchronously: elsewhere that loses the device.
 */
const GRAPHICS = [
  '--use-angle=swiftshader',
  '--use-vulkan=swiftshader',
  '--enable-unsafe-swiftshader',
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  '--enable-features=Vulkan',
];

/** Nothing but the pages of the tests is to be loaded. */
const QUIET = [
  '--no-first-run',
  '--no-proxy-server',
  '--disable-quic',
  '--disable-sync',
  '--disable-background-networking',
  '--disable-component-update',
];

/** Real Chromium, headless, with a fresh profile. @throws saying what to install if it is missing. */
export async function launchChromium(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath == null) throw new Error(chromiumMissing());
  // Chromium's own sandbox does not work for root, nor in most containers.
  return chromium.launch({
    executablePath,
    chromiumSandbox: false,
    args: ['--headless=new', ...GRAPHICS, ...QUIET],
  });
}

/** A page with storage of its own, what it says, and what was loaded by it. */
export interface Visit {
  readonly page: Page;
  readonly errors: string[];
  readonly warnings: string[];
  readonly loaded: string[];
}

export async function visit(
  browser: Browser,
  url: string,
  options?: BrowserContextOptions,
): Promise<Visit> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const [errors, warnings, loaded]: [string[], string[], string[]] = [[], [], []];
  page.on('pageerror', (error) => errors.push(error.stack ?? error.message));
  page.on('crash', () => errors.push('The page crashed.'));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
    if (message.type() === 'warning') warnings.push(message.text());
  });
  page.on('response', (response) => {
    loaded.push(present(new URL(response.url()).pathname.split('/').pop()));
  });
  await page.goto(url);
  return { page, errors, warnings, loaded };
}
