export const HELP = `Ternary TensorFlow.js models. MODEL: a folder with model.json, or a JSON file.

  tfjs-bitcore convert MODEL OUT_DIR    make Dense layers ternary, for training
  tfjs-bitcore summary MODEL            bytes now, deployed, and in float32
  tfjs-bitcore deploy MODEL OUT_DIR     pack ternary layers: 2 bits per weight
  tfjs-bitcore verify MODEL DEPLOYED    check that they give equal outputs
  tfjs-bitcore serve MODEL              answer requests over HTTP

Options of convert:
  --quantizer NAME         bitnet (default), twn, lsq, paretoq; with options as
                           JSON: '{"name": "bitnet", "perOutput": true}'
  --input-quantizer NAME   int8 (default) or none
  --skip PATTERN           layers to keep, by name or path with *; repeatable
  --convert-outputs        convert output layers too
  --keep-normalizations    keep layers that would become the faster LayerNorm
Options of verify:
  --rows N                 number of random inputs, 32 if not given
  --shape 64,64,3          sizes of an input without rows; once for each input
Options of serve:
  --name NAME              the model's name in URLs; the folder's if not given
  --host ADDRESS           127.0.0.1 if not given
  --port N                 8501 if not given; 0 is any that is free
  --backend NAME           tensorflow, wasm or cpu
  --workers N              processes that share the port
  --batch-window-ms N, --max-batch N, --max-rows N, --max-queue N,
  --max-body-bytes N, --max-held-bytes N, --max-connections N,
  --allow-host NAME, --timeout-ms N: see docs/guides/serving.md
Options of all:
  --import FILE            run JavaScript that registers classes; repeatable
  --json                   print the result as JSON; not for serve
  -h, --help               print this
OUT_DIR must be missing or empty. Computes on @tensorflow/tfjs-backend-wasm if
it is installed, else on ...-backend-cpu.
Exit codes: 0 done; 1 not verified; 2 an error, which is printed on stderr.`;
