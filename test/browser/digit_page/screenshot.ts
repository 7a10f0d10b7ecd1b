/*
 * Makes the picture of the page in the README, from the model of `npm start`:
 *
 *   npm run screenshot -- models/mnist/deployed docs/digit-page.png
 */
import { launchChromium, visit } from '../chromium';
import { drawByMouse } from './handwriting';
import { startServer } from './server';

async function main([model, picture]: string[]) {
  if (model == null || picture == null) throw new Error('Usage: MODEL_FOLDER PICTURE.png');
  const server = await startServer(model, '--name', 'mnist');
  const browser = await launchChromium();
  try {
    const { page } = await visit(browser, server.url, { viewport: { width: 740, height: 590 } });
    await drawByMouse(page, 3, { left: 0.3, top: 0.14, height: 0.72 });
    await page.locator('main[aria-busy=false]').waitFor();
    await page.screenshot({ path: picture });
  } finally {
    await browser.close();
    await server.stop();
  }
}

main(process.argv.slice(2)).catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
