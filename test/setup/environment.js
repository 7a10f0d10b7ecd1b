/*
 * Jest runs tests in a realm of their own, with typed arrays that Node's own modules and native addons
 * do not recognise as theirs (and the other way round). Here both share the outer realm's. The other
 * way for structuredClone: what it returns is of the outer realm, whose arrays tfjs does not recognise.
 */
const { runInContext } = require('node:vm');
const { TestEnvironment } = require('jest-environment-node');

const shared = Object.getOwnPropertyNames(globalThis).filter((name) =>
  /(?:[iI]nt|Float|Clamped)\d*Array$|^ArrayBuffer$/.test(name),
);

/** Run in the tests' realm. Plain objects and arrays are all that is cloned here. */
function structuredCloneOfRealm(outerStructuredClone) {
  return function structuredClone(value) {
    if (Array.isArray(value)) return value.map(structuredClone);
    if (Object.getPrototypeOf(value ?? 0) !== Object.prototype) return outerStructuredClone(value);
    const entries = Object.entries(value).map(([key, entry]) => [key, structuredClone(entry)]);
    return Object.fromEntries(entries);
  };
}

module.exports = class extends TestEnvironment {
  async setup() {
    await super.setup();
    for (const name of shared) this.global[name] = globalThis[name];
    this.global.WebAssembly = WebAssembly;
    const makeClone = runInContext(`(${structuredCloneOfRealm})`, this.context);
    this.global.structuredClone = makeClone(structuredClone);
  }
};
