import { TestedModule } from '../wasm/tested_module';
import type { AttentionMicrokernels } from './microkernels';
import { passesSelfTest } from './self_test';

export const attentionModule = new TestedModule<AttentionMicrokernels>('attention', passesSelfTest);
