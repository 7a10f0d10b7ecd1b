import type { PageApi } from './page/main';

/** A page, or a worker of one. */
interface Evaluator {
  evaluate<Result>(expression: string): Promise<Result>;
}

/** Calls functions of the page that is open when they are called, or of a worker. */
export function pageCalls(page: () => Evaluator) {
  return <Name extends keyof PageApi>(
    name: Name,
    ...args: Parameters<PageApi[Name]>
  ): Promise<Awaited<ReturnType<PageApi[Name]>>> => {
    const expression = `bitcore.${name}(...${JSON.stringify(args)})`;
    return page().evaluate<Awaited<ReturnType<PageApi[Name]>>>(expression);
  };
}
