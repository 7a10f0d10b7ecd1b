import type { Visit } from './chromium';
import type { PageApi } from './page/main';

/** Calls functions of the page that is visited when they are called. */
export function pageCalls(visited: () => Visit) {
  return <Name extends keyof PageApi>(
    name: Name,
    ...args: Parameters<PageApi[Name]>
  ): Promise<Awaited<ReturnType<PageApi[Name]>>> => {
    const expression = `bitcore.${name}(...${JSON.stringify(args)})`;
    return visited().page.evaluate<Awaited<ReturnType<PageApi[Name]>>>(expression);
  };
}
