import type { PageApi } from './page/main';

/** A page, or a worker of one. */
interface Evaluator {
  evaluate<Result>(expression: string): Promise<Result>;
}

type AnyFunction = (...args: never[]) => unknown;

/** Calls functions of the page that is open when they are called, or of a worker. */
export function pageCalls<Api extends Record<keyof Api, AnyFunction> = PageApi>(
  page: () => Evaluator,
) {
  return <Name extends keyof Api & string>(
    name: Name,
    ...args: Parameters<Api[Name]>
  ): Promise<Awaited<ReturnType<Api[Name]>>> => {
    const expression = `bitcore.${name}(...${JSON.stringify(args)})`;
    return page().evaluate<Awaited<ReturnType<Api[Name]>>>(expression);
  };
}
