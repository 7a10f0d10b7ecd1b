import * as tf from '@tensorflow/tfjs';
import { deploy } from '../../src';
import { setBlend } from '../../src/training';
import { visionTransformer } from '../../src/vision';
import { goldenTensor, readGolden, type GoldenTensor } from '../support/golden_vision';
import {
  setOriginalWeights,
  TAT_MODULES,
  TETRA_MODULES,
  type GoldenWeights,
} from '../support/golden_transformer';
import { difference, expectClose, expectIdentical } from '../support/values';

const SIZES = { imageSize: 12, patchSize: 4, width: 16, depth: 3, numHeads: 2, mlpWidth: 24 };

/** Of PyTorch's order of axes, channels first. */
const imageOf = (golden: GoldenTensor) => tf.transpose(goldenTensor(golden), [0, 2, 3, 1]);

interface TetraGolden {
  readonly weights: GoldenWeights;
  readonly image: GoldenTensor;
  readonly qfactor1: { readonly tokens: GoldenTensor; readonly attentionLogits: GoldenTensor };
  readonly qfactor0: { readonly tokens: GoldenTensor };
  readonly eval: { readonly tokens: GoldenTensor };
}

test('x', () => {
  const golden = readGolden<TetraGolden>('tetra_vit');
  const model = visionTransformer({ ...SIZES, headDim: 12 });
  setOriginalWeights(model, golden.weights, TETRA_MODULES);
  const x = imageOf(golden.image);
  const y = model.predict(x) as tf.Tensor;
  console.log(difference(y, goldenTensor(golden.qfactor1.tokens)));
  expectIdentical(deploy(model).predict(x) as tf.Tensor, y);
  setBlend(model, 0);
  console.log(difference(model.predict(x) as tf.Tensor, goldenTensor(golden.qfactor0.tokens)));
});
test('y', () => {
  const golden = readGolden<any>('tat_vit');
  for (const q of [{}, { kernelQuantizer: 'bitnet' }]) {
    const model = visionTransformer({ ...SIZES, style: 'tat', ...q });
    setOriginalWeights(model, golden.weights, TAT_MODULES);
    const x = imageOf(golden.image);
    const y = model.predict(x) as tf.Tensor;
    console.log(JSON.stringify(q), difference(y, goldenTensor(golden.tokens[0])));
    console.log('deployed', difference(deploy(model).predict(x) as tf.Tensor, y));
  }
});
