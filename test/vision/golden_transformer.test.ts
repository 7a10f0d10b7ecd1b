import * as tf from '@tensorflow/tfjs';
import { deploy, setSparsity, verify } from '../../src';
import { setBlend } from '../../src/training';
import { visionTransformer, type TransformerGateOptions } from '../../src/vision';
import { attentionLogits } from '../support/attention_logits';
import {
  setOriginalWeights,
  TAT_MODULES,
  TETRA_MODULES,
  type GoldenWeights,
} from '../support/golden_transformer';
import { goldenTensor, readGolden, type GoldenTensor } from '../support/golden_vision';
import { expectClose, expectIdentical } from '../support/values';

const SIZES = { imageSize: 12, patchSize: 4, width: 16, depth: 3, numHeads: 2, mlpWidth: 24 };
const TOLERANCE = 1e-5;

/** PyTorch has the channels first. */
const imageOf = (golden: GoldenTensor) => tf.transpose(goldenTensor(golden), [0, 2, 3, 1]);

describe('TeTRA-VPR', () => {
  const golden = readGolden<{
    weights: GoldenWeights;
    image: GoldenTensor;
    qfactor1: { tokens: GoldenTensor; attentionLogits: GoldenTensor };
    qfactor0: { tokens: GoldenTensor };
    eval: { tokens: GoldenTensor };
  }>('tetra_vit');
  const x = () => imageOf(golden.image);

  function original(options?: { ternary: boolean }): tf.LayersModel {
    const model = visionTransformer({ ...SIZES, ...options, headDim: 12 });
    // Its program makes a last normalization, which it never applies.
    const { 'transformer.norm.weight': _, 'transformer.norm.bias': __, ...used } = golden.weights;
    setOriginalWeights(model, used, TETRA_MODULES);
    return model;
  }

  test('ternary, as in training and in evaluation', () => {
    const y = original().predict(x()) as tf.Tensor;
    expectClose(y, goldenTensor(golden.qfactor1.tokens), TOLERANCE);
    expectClose(y, goldenTensor(golden.eval.tokens), TOLERANCE);
  });

  test('float, at a blend of 0 and with float layers', () => {
    const model = original();
    setBlend(model, 0);
    for (const net of [model, original({ ternary: false })]) {
      expectClose(net.predict(x()) as tf.Tensor, goldenTensor(golden.qfactor0.tokens), TOLERANCE);
    }
  });

  test('the scores of each attention', () => {
    const model = original();
    const fused = [0, 1, 2].map((i) => model.getLayer(`block${i}_attention_qkv`).output);
    const outputs = tf.model({ inputs: model.inputs, outputs: fused as tf.SymbolicTensor[] });
    const logits = (outputs.predict(x()) as tf.Tensor[]).map((y) => attentionLogits(y, 2));
    expectClose(tf.stack(logits, 1), goldenTensor(golden.qfactor1.attentionLogits), TOLERANCE);
  });

  test('deployed, bit for bit', async () => {
    const model = original();
    const deployed = deploy(model);
    expectIdentical(deployed.predict(x()) as tf.Tensor, model.predict(x()) as tf.Tensor);
    expect((await verify(model, deployed, x())).identical).toBe(true);
  });
});

describe('TAT-VPR', () => {
  const golden = readGolden<{
    weights: GoldenWeights;
    image: GoldenTensor;
    tokens: Array<GoldenTensor & { sparsity: number }>;
    'oneImageAtATimeAt0.4': GoldenTensor[];
  }>('tat_vit');
  const x = () => imageOf(golden.image);
  const [dense] = golden.tokens;

  function original(options?: { gate: TransformerGateOptions }): tf.LayersModel {
    const model = visionTransformer({ ...SIZES, style: 'tat', ...options });
    setOriginalWeights(model, golden.weights, TAT_MODULES);
    return model;
  }

  test('without sparsity', () => {
    expect(dense.sparsity).toBe(0);
    expectClose(original().predict(x()) as tf.Tensor, goldenTensor(dense), TOLERANCE);
  });

  test('deployed: its inputs are floats, whose sums agree up to rounding', () => {
    const deployed = deploy(original());
    expectClose(deployed.predict(x()) as tf.Tensor, goldenTensor(dense), TOLERANCE);
  });

  test.each(golden.tokens)(
    'at a sparsity of $sparsity, of the whole batch',
    ({ sparsity, ...expected }) => {
      const model = original({ gate: { scope: 'tensor' } });
      for (const net of [model, deploy(model)]) {
        setSparsity(net, sparsity);
        expectClose(net.predict(x()) as tf.Tensor, goldenTensor(expected), TOLERANCE);
      }
    },
  );

  test('one image at a time, of which each keeps other entries than in a batch', () => {
    const model = original({ gate: { scope: 'tensor', sparsity: 0.4 } });
    tf.split(x(), 2).forEach((image, i) => {
      const expected = goldenTensor(golden['oneImageAtATimeAt0.4'][i]);
      expectClose(model.predict(image) as tf.Tensor, expected, TOLERANCE);
    });
  });
});
