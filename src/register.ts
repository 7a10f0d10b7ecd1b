/*
 * What the package adds to tfjs, once, when an entry with layers is imported: its tfjs kernels for each
 * backend, a repair of tfjs-node, clear errors for deployed models, and
 * checks and starts of weights that are loaded.
 */
import './tfjs/node_util';
import './backends/register_tfjs_kernels';
import './deploy/nothing_to_train';
import './topology/loaded_weights';

// Without an export, esbuild treats this file as a CommonJS module.
export {};
