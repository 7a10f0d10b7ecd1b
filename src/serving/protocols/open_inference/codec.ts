import type { Answer, Question } from '../../model/predictor';
import { sizeOf, type Rows } from '../../model/rows';
import type { Signature } from '../../model/signature';
import { BadBody } from '../bad_body';
import { compileCheck } from '../check_json';
import type { Asked, Codec } from '../codec';
import { boundsOf } from '../json_bounds';
import { JsonReader } from '../json_reader';
import { writeAnswer, type WantedOutput } from './answer';
import { bytesOf, datatypeOf } from './datatypes';
import { inferSchema, type InferRequest } from './schema';
import { described, readTensors } from './tensors';

/** The bodies of `/infer`: JSON, and behind it the values of tensors as bytes. */
export class OpenInferenceCodec implements Codec {
  private readonly reader: JsonReader;

  constructor(
    private readonly signature: Signature,
    private readonly maxRows: number,
  ) {
    const { inputs } = signature;
    const takes = inputs.map((spec) => `"${spec.name}": ${described(spec)}`).join(', ');
    const check = compileCheck(inferSchema(signature));
    this.reader = new JsonReader(boundsOf(signature, maxRows), check, takes);
  }

  read({ model, version, body, jsonBytes }: Question): Asked {
    const bytes = Buffer.concat(body);
    const { request, binary } = this.parts(bytes, jsonBytes ?? bytes.length);
    return this.reader.tellingWhatTheModelTakes(() => {
      refuseExtensions(request);
      const wanted = wantedOutputs(request, this.signature);
      const rows = readTensors(request.inputs, binary, this.signature, this.maxRows);
      const named = {
        ...{ model_name: model, model_version: String(version) },
        ...(request.id != null && { id: request.id }),
      };
      return { rows, answer: (outputs: Rows): Answer => writeAnswer(named, outputs, wanted) };
    });
  }

  private parts(bytes: Buffer, jsonBytes: number): { request: InferRequest; binary: Buffer } {
    if (jsonBytes > bytes.length) {
      throw new BadBody(
        `Inference-Header-Content-Length must be at most the length of the body, ${bytes.length}, got ${jsonBytes}.`,
      );
    }
    const binary = bytes.subarray(jsonBytes);
    const request =
      jsonBytes === 0 && bytes.length > 0
        ? this.reader.tellingWhatTheModelTakes(() => rawRequest(binary.length, this.signature))
        : (this.reader.read(bytes.subarray(0, jsonBytes)) as InferRequest);
    return { request, binary };
  }
}

/** Parameters of Triton's extensions: who sends one does not look for the values where this server has them. */
const EXTENSIONS = ['shared_memory_region', 'classification'];

function refuseExtensions({ inputs, outputs = [] }: InferRequest): void {
  for (const { name, parameters = {} } of [...inputs, ...outputs]) {
    const extension = EXTENSIONS.find((key) => key in parameters);
    if (extension == null) continue;
    throw new BadBody(`"${name}" has the parameter ${extension}, which the server does not know`);
  }
}

/** All outputs, where none are named. */
function wantedOutputs(
  { parameters, outputs = [] }: InferRequest,
  signature: Signature,
): WantedOutput[] {
  const names = outputs.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice != null) throw new BadBody(`outputs must have "${twice}" once, got 2 of it`);
  const all = signature.outputs.map((spec, place) => ({ spec, place }));
  const binary = parameters?.binary_data_output ?? false;
  if (outputs.length === 0) return all.map((output) => ({ ...output, binary }));
  return outputs.map(({ name, parameters }) => ({
    ...all.find(({ spec }) => spec.name === name)!,
    binary: parameters?.binary_data ?? binary,
  }));
}

/** The request that a body of bytes alone stands for: one row of the only input, and all outputs as bytes. */
function rawRequest(size: number, { inputs }: Signature): InferRequest {
  const [spec, ...others] = inputs;
  const open = spec!.shape.filter((length) => length == null).length;
  if (others.length > 0 || open > 1) {
    const expected = 'of one input that leaves open at most one size';
    throw new BadBody(`A body without JSON must be for a model ${expected}`);
  }
  const datatype = datatypeOf(spec!);
  const fixed = sizeOf(spec!.shape.map((length) => length ?? 1)) * bytesOf(datatype);
  if (size % fixed !== 0 || (open === 0 && size !== fixed)) {
    const bytes = `${open === 0 ? '' : 'a multiple of '}${fixed} bytes`;
    throw new BadBody(`A body without JSON must have ${bytes}, got ${size}`);
  }
  const shape = [1, ...spec!.shape.map((length) => length ?? size / fixed)];
  const parameters = { binary_data_size: size };
  return {
    parameters: { binary_data_output: true },
    inputs: [{ name: spec!.name, shape, datatype, parameters }],
  };
}
