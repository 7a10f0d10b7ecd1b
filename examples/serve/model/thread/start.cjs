// A thread that runs TypeScript: the loader of the main thread does not reach into it on Node 20.
require('tsx/cjs');
require('./thread.ts');
