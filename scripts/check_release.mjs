/*
 * Refuses to publish a package that does not say where it comes from. The fields are left out of
 * package.json until there is such a place, as npm would publish any address.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { main, Refusal, root } from './steps.mjs';

await main('check_release', () => {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const addresses = {
    'repository.url': manifest.repository?.url,
    'bugs.url': manifest.bugs?.url,
    homepage: manifest.homepage,
  };
  const missing = Object.keys(addresses).filter((name) => !URL.canParse(addresses[name]));
  if (missing.length === 0) return;
  const command = `npm pkg set ${missing.map((name) => `${name}=https://...`).join(' ')}`;
  throw new Refusal(`package.json has no address in ${missing.join(', ')}. Run: ${command}`);
});
