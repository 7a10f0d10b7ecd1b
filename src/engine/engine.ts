// For src/layers, until it imports the type from where it is now.
export type { Activation } from './ternary_product';
