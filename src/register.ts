/*
 * What the package adds to tfjs, once, when an entry with layers is imported: its kernels for each backend,
 * and what keeps tfjs-node and the errors of deployed models right.
 */
import './tfjs/node_util';
import './backends/register_tfjs_kernels';
import './deploy/nothing_to_train';

// Without an export, esbuild takes this for a CommonJS module.
export {};
