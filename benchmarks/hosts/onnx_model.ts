import { loadPeer } from '../peers';
import type { Shape } from '../plan';
import type { ProductValues } from './values';

/** The part of onnx.proto that is needed here. */
const SCHEMA = `
syntax = "proto3";
message ModelProto {
  int64 ir_version = 1;
  GraphProto graph = 7;
  repeated OperatorSetIdProto opset_import = 8;
}
message OperatorSetIdProto { string domain = 1; int64 version = 2; }
message GraphProto {
  repeated NodeProto node = 1;
  string name = 2;
  repeated TensorProto initializer = 5;
  repeated ValueInfoProto input = 11;
  repeated ValueInfoProto output = 12;
}
message NodeProto {
  repeated string input = 1;
  repeated string output = 2;
  string op_type = 4;
  repeated AttributeProto attribute = 5;
  string domain = 7;
}
message AttributeProto { string name = 1; int64 i = 3; int32 type = 20; }
message TensorProto { repeated int64 dims = 1; int32 data_type = 2; string name = 8; bytes raw_data = 9; }
message ValueInfoProto { string name = 1; TypeProto type = 2; }
message TypeProto { Tensor tensor_type = 1; message Tensor { int32 elem_type = 1; TensorShapeProto shape = 2; } }
message TensorShapeProto { repeated Dimension dim = 1; message Dimension { int64 dim_value = 1; } }
`;

interface Protobuf {
  parse(
    schema: string,
    options: { keepCase: boolean },
  ): {
    root: { lookupType(name: string): MessageType };
  };
}
interface MessageType {
  fromObject(message: object): object;
  encode(message: object): { finish(): Uint8Array };
}

const FLOAT = 1;
const UINT8 = 2;
const INT_ATTRIBUTE = 2;
const BLOCK_SIZE = 32;

/** An ONNX model x [m, k] -> y [m, n]: MatMulNBits with `bits` bits a weight, then Add of the bias. */
export function matMulNBitsModel(shape: Shape, values: ProductValues, bits: 2 | 4): Uint8Array {
  const { m, k, n } = shape;
  const blocks = Math.ceil(k / BLOCK_SIZE);
  const scales = new Float32Array(n * blocks).fill(values.scale);
  const node = [
    {
      domain: 'com.microsoft',
      op_type: 'MatMulNBits',
      input: ['x', 'weights', 'scales'],
      output: ['product'],
      // Accuracy level 4 quantizes x to int8 and multiplies integers: its fastest way, and like ours.
      attribute: attributes({ K: k, N: n, bits, block_size: BLOCK_SIZE, accuracy_level: 4 }),
    },
    { op_type: 'Add', input: ['product', 'bias'], output: ['y'] },
  ];
  const graph = {
    name: 'ternary',
    node,
    initializer: [
      tensor('weights', UINT8, [n, blocks, (BLOCK_SIZE * bits) / 8], pack(shape, values, bits)),
      tensor('scales', FLOAT, [n * blocks], bytesOf(scales)),
      tensor('bias', FLOAT, [n], bytesOf(values.bias)),
    ],
    input: [valueInfo('x', [m, k])],
    output: [valueInfo('y', [m, n])],
  };
  return encode({
    ir_version: 10,
    graph,
    opset_import: [
      { domain: '', version: 21 },
      { domain: 'com.microsoft', version: 1 },
    ],
  });
}

function encode(model: object): Uint8Array {
  const protobuf = loadPeer<Protobuf>('protobufjs');
  const type = protobuf.parse(SCHEMA, { keepCase: true }).root.lookupType('ModelProto');
  return type.encode(type.fromObject(model)).finish();
}

/** Codes t + 2^(bits - 1), since that is the default zero point; rows of n, low bits first. */
function pack({ k, n }: Shape, { ternary }: ProductValues, bits: 2 | 4): Uint8Array {
  const zero = 1 << (bits - 1);
  const perByte = 8 / bits;
  const bytesPerRow = (Math.ceil(k / BLOCK_SIZE) * BLOCK_SIZE) / perByte;
  const bytes = new Uint8Array(n * bytesPerRow);
  for (let row = 0; row < n; row++) {
    for (let i = 0; i < bytesPerRow * perByte; i++) {
      const code = (i < k ? ternary[i * n + row] : 0) + zero;
      bytes[row * bytesPerRow + Math.floor(i / perByte)] |= code << ((i % perByte) * bits);
    }
  }
  return bytes;
}

function attributes(values: Record<string, number>): object[] {
  return Object.entries(values).map(([name, i]) => ({ name, i, type: INT_ATTRIBUTE }));
}

function tensor(name: string, data_type: number, dims: number[], raw_data: Uint8Array): object {
  return { name, data_type, dims, raw_data };
}

function valueInfo(name: string, dims: number[]): object {
  const shape = { dim: dims.map((dim_value) => ({ dim_value })) };
  return { name, type: { tensor_type: { elem_type: FLOAT, shape } } };
}

function bytesOf(values: Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
