/*
 * Jest runs tests in a realm of their own, with typed arrays that Node's own modules and native addons
 * do not recognise as theirs (and the other way round). Here both share the outer realm's.
 */
const { TestEnvironment } = require('jest-environment-node');

module.exports = class extends TestEnvironment {
  async setup() {
    await super.setup();
    for (const type of [ArrayBuffer, Uint8Array, Int32Array, Float32Array, Float64Array]) {
      this.global[type.name] = type;
    }
    this.global.WebAssembly = WebAssembly;
  }
};
