export const HELP = `Ternary TensorFlow.js models. MODEL: a folder with model.json, or a JSON file.

  tfjs-bitcore convert MODEL OUT_DIR    make Dense layers ternary, for training
  tfjs-bitcore summary MODEL            bytes now, deployed, and in float32
  tfjs-bitcore deploy MODEL OUT_DIR     pack ternary layers: 2 bits per weight
  tfjs-bitcore verify MODEL DEPLOYED    check that they give equal outputs

Options of convert:
  --quantizer NAME         bitnet (default), twn, lsq, paretoq; with options as
                           JSON: '{"name": "bitnet", "perOutput": true}'
  --input-quantizer NAME   int8 (default) or none
  --skip PATTERN           layers to keep, by name or path with *; repeatable
  --convert-outputs        convert output layers too
  --keep-normalizations    keep what LayerNorm and BatchNorm would replace
Options of verify:
  --rows N                 number of random inputs, 32 if not given
  --shape 64,64,3          sizes of an input without rows; once for each input
Options of all:
  --import FILE            run JavaScript that registers classes; repeatable
  --json                   print the result as JSON
  -h, --help               print this
OUT_DIR must be missing or empty. Computes on @tensorflow/tfjs-backend-wasm if
it is installed, else on ...-backend-cpu.
Exit codes: 0 done; 1 not verified; 2 an error, which is printed on stderr.`;
