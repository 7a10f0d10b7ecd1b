import * as tf from '@tensorflow/tfjs';
import {
  bitLinear,
  convert,
  deploy,
  engineInfo,
  packTernary,
  ready,
  summary,
  ternaryMatMul,
  verify,
} from 'tfjs-bitcore';
import { runProgram, type WebGPUBackend } from '../../../src/tfjs/webgpu_programs';
import { mismatch } from '../../support/compare';
import { computedByForms, FORMS } from '../../support/gpu_forms';
import { inputsFor, productsOf, SHAPES } from '../../support/product_grid';
import { referenceProduct } from '../../support/product_reference';
import { randomTensor, randomTernary } from '../../support/values';

const gpu = () => tf.backend() as unknown as WebGPUBackend & { device: EventTarget };
const gpuBytes = () => (tf.memory() as unknown as { numBytesInGPU: number }).numBytesInGPU;

async function predicted(model: tf.LayersModel, x: tf.Tensor): Promise<ArrayLike<number>> {
  const y = model.predict(x) as tf.Tensor;
  const values = await y.data();
  y.dispose();
  return values;
}

/** Messages of the device that nobody waited for: those of the compiler among them. */
const deviceErrors: string[] = [];

/** What the device reports from now on is kept. */
export function watchDevice(): void {
  gpu().device.addEventListener('uncapturederror', (event) => {
    deviceErrors.push((event as unknown as { error: Error }).error.message);
  });
}

export async function reportedByDevice(): Promise<string[]> {
  // What was submitted has run when something is read.
  await tf.zeros([1]).data();
  await new Promise((resolve) => setTimeout(resolve, 50));
  return deviceErrors.splice(0);
}

/** Of the products of a shape, every so many: coprime to the numbers of kernels and of turns of the activations. */
const STRIDE = 7;

/** Every form of the program, whatever the number of rows, on a part of the grid. */
export async function everyForm() {
  const activations = new Set<string | undefined>();
  const report = { compared: 0, failures: [] as string[] };
  for (const shape of SHAPES) {
    const all = [...productsOf(shape, inputsFor(shape[1]))];
    for (const [name, product] of all.filter((_, i) => i % STRIDE === 0)) {
      activations.add(product.activation);
      const expected = referenceProduct(product);
      for (const [i, y] of (await computedByForms(gpu(), product)).entries()) {
        report.compared++;
        const problem = mismatch(y, expected, 0);
        if (problem == null) continue;
        report.failures.push(
          `${JSON.stringify(FORMS[i])}: ${shape.join(' x ')}, ${name}: ${problem}`,
        );
      }
    }
  }
  return { ...report, activations: [...activations].sort() };
}

/** What the device says of a program that does not compile. */
export async function brokenProgram(): Promise<string[]> {
  const output = gpu().makeTensorInfo([2], 'float32');
  const code = 'fn run(group : i32, thread : i32) { result[thread] = wrong; }';
  const none = { inputs: {}, uniforms: { zero: 0 }, workgroups: 1, threads: 1 };
  runProgram(gpu(), { name: 'broken', code, ...none }, output);
  await gpu().read(output.dataId);
  gpu().disposeData(output.dataId);
  return reportedByDevice();
}

function product(rows: number, inFeatures: number, units: number) {
  const ternary = tf.tensor2d(randomTernary(inFeatures * units, 1), [inFeatures, units]);
  const packed = packTernary(ternary);
  ternary.dispose();
  return { x: randomTensor([rows, inFeatures], 2) as tf.Tensor2D, packed, scale: tf.tensor1d([1]) };
}

/** What many products leave behind: tensors, data of the backend, and bytes of buffers. */
export async function leftBy(calls: number): Promise<number[]> {
  const operands = [product(1, 100, 9), product(20, 100, 9)];
  const call = async () => {
    const outputs = operands.map((operand) => ternaryMatMul(operand));
    await Promise.all(outputs.map((y) => y.data()));
    tf.dispose(outputs);
  };
  const counts = () => [tf.memory().numTensors, tf.backend().numDataIds(), gpuBytes()];
  await call();
  const before = counts();
  for (let i = 0; i < calls; i++) await call();
  const left = counts().map((count, i) => count - before[i]);
  tf.dispose(operands);
  return left;
}

/** Bits on the GPU for each weight of a deployed layer, once it was used and once it was disposed. */
export async function bitsOfWeight(): Promise<[number, number]> {
  const [inputs, units] = [1024, 512];
  const layer = bitLinear({ units, inputShape: [inputs], useBias: false });
  const model = tf.sequential({ layers: [layer] });
  const deployed = deploy(model);
  model.dispose();
  const x = tf.zeros([1, inputs]);
  await x.add(0).data();
  const before = gpuBytes();
  const bits = () => (8 * (gpuBytes() - before)) / (inputs * units);
  await predicted(deployed, x);
  const used = bits();
  deployed.dispose();
  x.dispose();
  await reportedByDevice();
  return [used, bits()];
}

/** The message for a product whose output is larger than the GPU binds, and the limit. */
export function tooLarge(): [string, number] {
  const [rows, units] = [1 << 16, 1 << 16];
  const operands = {
    x: tf.zeros([rows, 1]),
    packed: tf.zeros([units, 4], 'int32'),
    scale: tf.tensor1d([1]),
  };
  try {
    ternaryMatMul(operands);
    return ['', 0];
  } catch (error) {
    return [(error as Error).message, gpu().device.limits.maxStorageBufferBindingSize];
  } finally {
    tf.dispose(operands);
  }
}

/** A float model is converted, deployed, verified, summed up, saved and loaded. */
export async function modelLife(): Promise<string[]> {
  const failures: string[] = [];
  const { numTensors } = tf.memory();
  const dense = (units: number) => tf.layers.dense({ units, activation: 'relu' });
  const float = tf.sequential({
    layers: [tf.layers.dense({ units: 48, inputShape: [70] }), dense(40), dense(3)],
  });
  const converted = convert(float);
  const deployed = deploy(converted);
  const x = randomTensor([30, 70], 3);
  const before = await predicted(deployed, x);
  if (!(await verify(converted, deployed, x)).identical) failures.push('verify: not identical');
  const { totals } = summary(deployed);
  if (totals.bytes !== summary(converted).totals.deployedBytes) {
    failures.push(`summary: ${JSON.stringify(totals)}`);
  }
  await deployed.save('indexeddb://bitcore');
  const loaded = await tf.loadLayersModel('indexeddb://bitcore');
  const changed = mismatch(await predicted(loaded, x), before, 0);
  if (changed != null) failures.push(`loaded: ${changed}`);
  x.dispose();
  for (const model of [float, converted, deployed, loaded]) model.dispose();
  const left = tf.memory().numTensors - numTensors;
  if (left !== 0) failures.push(`${left} tensors left`);
  return failures;
}

/** One deployed layer on wasm, on webgpu, and on wasm again: what differs from the first output. */
export async function backendsInTurn(): Promise<Array<string | undefined>> {
  await tf.setBackend('wasm');
  const model = tf.sequential({ layers: [bitLinear({ units: 30, inputShape: [130] })] });
  const deployed = deploy(model);
  const x = randomTensor([5, 130], 3);
  const outputs: ArrayLike<number>[] = [];
  for (const backend of ['wasm', 'webgpu', 'wasm']) {
    await tf.setBackend(backend);
    outputs.push(await predicted(deployed, x));
  }
  await tf.setBackend('webgpu');
  tf.dispose(x);
  for (const used of [model, deployed]) used.dispose();
  return outputs.map((output) => mismatch(output, outputs[0], 0));
}

/** The gradient of a deployed product with regard to x, which reads the packed words. */
export async function gradientOfProduct(): Promise<string | undefined> {
  const { x, packed, scale } = product(3, 40, 6);
  await ternaryMatMul({ x, packed, scale }).data();
  const gradient = tf.grad((x) => ternaryMatMul({ x, packed, scale }).sum())(x);
  const kernel = tf.tensor2d(randomTernary(40 * 6, 1), [40, 6]);
  const expected = tf.tile(kernel.sum(1).expandDims(0), [3, 1]);
  return mismatch(await gradient.data(), await expected.data(), 1e-6);
}

/** What computes before and after the test of the programs, and where a flag forbids them. */
export async function enginesInTurn(): Promise<string[]> {
  await tf.setBackend('webgpu');
  const engines = [engineInfo().engine];
  await ready();
  engines.push(engineInfo().engine);
  tf.env().set('BITCORE_USE_WGSL', false);
  engines.push(engineInfo().engine);
  tf.env().set('BITCORE_USE_WGSL', true);
  return engines;
}

/** The message of a product after the device was lost. */
export async function afterLoss(): Promise<string> {
  const operands = product(1, 64, 4);
  const device = gpu().device as unknown as { destroy(): void; lost: Promise<unknown> };
  device.destroy();
  await device.lost;
  await Promise.resolve();
  try {
    ternaryMatMul(operands);
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}
