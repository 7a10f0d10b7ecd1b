import type { Page } from 'playwright-core';
import type { PageApi } from './page/main';

/** Calls functions of the page that is open when they are called. */
export function pageCalls(page: () => Page) {
  return <Name extends keyof PageApi>(
    name: Name,
    ...args: Parameters<PageApi[Name]>
  ): Promise<Awaited<ReturnType<PageApi[Name]>>> => {
    const expression = `bitcore.${name}(...${JSON.stringify(args)})`;
    return page().evaluate<Awaited<ReturnType<PageApi[Name]>>>(expression);
  };
}
