import '../register';

export { packBits } from './descriptor/pack_bits';
