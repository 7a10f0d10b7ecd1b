import { env } from '@tensorflow/tfjs-core';
import { argumentError } from '../errors';
import type { TernaryProduct } from './engine';
import { int8Product } from './portable/int8_product';
import { FORMS, type Form } from './wasm/forms';
import { OwnMemoryEngine } from './wasm/own_memory';
import { availableThreads, canUseThreads } from './wasm/threads/node_threads';

/** An arithmetic engine for int8 inputs. All give the same floats. */
export type EngineName = Form | 'portable';

/** What became of an engine here. */
export type EngineState = 'works' | 'unsupported' | 'wrong results' | 'forbidden by a flag';

const USE_SIMD = 'BITCORE_USE_WASM_SIMD';
const USE_RELAXED = 'BITCORE_USE_RELAXED_SIMD';
const RELAXED_DOT = 'BITCORE_RELAXED_DOT';
const THREADS = 'BITCORE_THREADS';

/** More would wait for memory rather than compute. */
const MAX_THREADS = 8;

env().registerFlag(USE_SIMD, () => true);
env().registerFlag(USE_RELAXED, () => true);
/** 16 or 32 forces that form of the relaxed kernels; 0 lets a calibration choose. */
env().registerFlag(RELAXED_DOT, () => 0);
/** Threads that share a large product on the backends cpu and tensorflow; read before the first product. */
env().registerFlag(THREADS, () => Math.min(availableThreads(), MAX_THREADS));

/** In a browser's main thread the binaries may have to be compiled asynchronously: see `ready`. */
let ownMemory: OwnMemoryEngine | undefined;
export function ownMemoryEngine(): OwnMemoryEngine {
  return (ownMemory ??= new OwnMemoryEngine(wantedThreads()));
}

/** By the flag, where there are threads. */
function wantedThreads(): number {
  const threads = env().getNumber(THREADS);
  if (!(Number.isInteger(threads) && threads >= 1)) {
    throw argumentError('tf.env()', THREADS, 'an integer of at least 1', threads);
  }
  return canUseThreads() ? threads : 1;
}

/** Threads that share a large product in that memory. */
export function ownMemoryThreads(): number {
  return typeof WebAssembly === 'undefined' ? 1 : ownMemoryEngine().threads;
}

/** Frees a weight's packed words, if they are in the engine's own memory. */
export function releaseFromOwnMemory(weight: object): void {
  ownMemory?.release(weight);
}

/** The engine to use now: the fastest that works and no flag forbids. */
export function selectEngine(): EngineName {
  const works = (form: Form) => engineState(form) === 'works';
  const relaxed = (['relaxedDot16', 'relaxedDot32'] as const).filter(works);
  if (relaxed.length === 2) return fasterForm();
  return relaxed[0] ?? (works('simd128') ? 'simd128' : 'portable');
}

export function engineState(name: EngineName): EngineState {
  if (name === 'portable') return 'works';
  return allowedByFlags(name) ? tested(name) : 'forbidden by a flag';
}

function allowedByFlags(form: Form): boolean {
  if (!env().getBool(USE_SIMD)) return false;
  if (FORMS[form].binary !== 'relaxed') return true;
  const forced = forcedDot();
  return env().getBool(USE_RELAXED) && (forced === 0 || form === `relaxedDot${forced}`);
}

function forcedDot(): number {
  const forced = env().getNumber(RELAXED_DOT);
  if (![0, 16, 32].includes(forced)) {
    throw argumentError('tf.env()', RELAXED_DOT, '16, 32, or 0 to measure', forced);
  }
  return forced;
}

const states = new Map<Form, EngineState>();

/** Tests an engine once. One that is not compiled yet is asked again. */
function tested(form: Form): EngineState {
  const known = states.get(form);
  if (known != null) return known;
  if (typeof WebAssembly === 'undefined' || !ownMemoryEngine().supports(form)) return 'unsupported';
  const state = passesSelfTest(form) ? 'works' : 'wrong results';
  states.set(form, state);
  return state;
}

/**
 * By what it computes, not by version: V8 of Node 20 has relaxed SIMD behind a flag, and its baseline
 * compiler sums wrongly.
 */
function passesSelfTest(form: Form): boolean {
  return [
    [1, 1100, 9],
    [5, 130, 6],
  ].every(([rows, inFeatures, outFeatures]) => {
    const product = testProduct(rows!, inFeatures!, outFeatures!);
    const [expected, actual] = [
      new Float32Array(rows! * outFeatures!),
      new Float32Array(rows! * outFeatures!),
    ];
    int8Product(product, expected);
    computeOnce(form, product, actual);
    return expected.every((value, i) => value === actual[i]);
  });
}

type RelaxedForm = 'relaxedDot16' | 'relaxedDot32';

/** Time that V8's optimizing compiler gets, in the background, between warming up and measuring. */
const TIER_UP_MS = 200;
/** A call takes some 15 microseconds, but the clock of a page may tick in tenths of a millisecond. */
const CALLS = 16;
const ROUNDS = 5;
let warmedUpAt: number | undefined;
let faster: RelaxedForm | undefined;

/**
 * Which relaxed form is faster depends on the processor. Both are run in a batch, which makes V8 optimize
 * them, and some time later are measured: baseline code would mislead.
 */
function fasterForm(): RelaxedForm {
  if (faster != null) return faster;
  if (warmedUpAt == null) {
    measureForms(1);
    warmedUpAt = performance.now();
  } else if (performance.now() - warmedUpAt > TIER_UP_MS) {
    const { relaxedDot16, relaxedDot32 } = measureForms(ROUNDS);
    return (faster = relaxedDot32 < relaxedDot16 ? 'relaxedDot32' : 'relaxedDot16');
  }
  return 'relaxedDot16';
}

/** Best milliseconds of each form for a batch of calls. */
function measureForms(rounds: number): Record<RelaxedForm, number> {
  const product = testProduct(1, 4096, 128);
  const y = new Float32Array(128);
  ownMemoryEngine().upload(product, () => product.packed);
  const times = { relaxedDot16: Infinity, relaxedDot32: Infinity };
  for (let round = 0; round < rounds; round++) {
    for (const form of ['relaxedDot16', 'relaxedDot32'] as const) {
      const start = performance.now();
      for (let call = 0; call < CALLS; call++) ownMemoryEngine().compute(form, product, product, y);
      times[form] = Math.min(times[form], performance.now() - start);
    }
  }
  releaseFromOwnMemory(product);
  return times;
}

function computeOnce(form: Form, product: TernaryProduct, y: Float32Array): void {
  ownMemoryEngine().upload(product, () => product.packed);
  ownMemoryEngine().compute(form, product, product, y);
  ownMemoryEngine().release(product);
}

const CODES = [0xaa, 0x00, 0x55, 0x64, 0x92, 0x18];

/** Numbers that reach the extremes of int8 and of the codes, the same in every run. */
function testProduct(rows: number, inFeatures: number, outFeatures: number): TernaryProduct {
  const bytes = outFeatures * Math.ceil(inFeatures / 64) * 16;
  const codes = new Uint8Array(bytes).map((_, i) => CODES[(i * 7 + (i >> 3)) % CODES.length]!);
  const packed = new Int32Array(codes.buffer);
  const x = new Float32Array(rows * inFeatures).map((_, i) =>
    i % 5 < 2 ? 127 : ((i * 97) % 255) - 127,
  );
  const scale = new Float32Array(outFeatures).map((_, n) => 1 + n / 8);
  const activation = rows > 1 ? 'relu' : 'linear';
  return { x, packed, scale, bias: scale, rows, inFeatures, outFeatures, eps: 1e-5, activation };
}
