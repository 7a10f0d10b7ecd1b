import { TestedModule } from '../wasm/tested_module';
import type { HammingMicrokernels } from './microkernels';
import { passesSelfTest } from './self_test';

export const hammingModule = new TestedModule<HammingMicrokernels>('hamming', passesSelfTest);
