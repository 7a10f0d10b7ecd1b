// tfjs-node 4.22 calls util.isNullOrUndefined and util.isArray, which Node 23 removed.
// Load this before tfjs-node.
const util = require('node:util');

util.isNullOrUndefined ??= (value) => value == null;
util.isArray ??= Array.isArray;
