import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface LayerCase {
  readonly quantType: string;
  readonly inFeatures: number;
  readonly outFeatures: number;
  readonly lead: number[];
  readonly weight_out_in: number[];
  readonly bias: number[] | null;
  readonly x: number[];
  readonly y: number[];
  readonly dy: number[];
  readonly dx: number[];
  readonly dweight_out_in: number[];
  readonly dbias: number[] | null;
  readonly quantX: number[];
  readonly quantWeight_out_in: number[];
  readonly yDeployed: number[];
  readonly scale_w_scale?: number[];
}

export interface OfficialCase {
  readonly fn: 'StretchedElasticQuant' | 'LsqBinaryTernaryExtension';
  readonly out: number;
  readonly inn: number;
  readonly weight_out_in: number[];
  readonly alpha: number[];
  readonly upstream: number[];
  readonly quant: number[];
  readonly dweight: number[];
  readonly dalpha: number[];
}

function read(file: string): unknown[] {
  const text = readFileSync(join(__dirname, '../golden', file), 'utf8');
  return (JSON.parse(text) as { cases: unknown[] }).cases;
}

/** Layers of the original BitCore, from two of its commits. */
export const headCases = read('head.json') as LayerCase[];
export const oldCases = read('old.json') as LayerCase[];
/** Quantizers of the official ParetoQ code. */
export const officialCases = read('paretoq_official.json') as OfficialCase[];
