/**
 * The entries of the package and their sources: `index` is `tfjs-bitcore`, any other NAME is
 * `tfjs-bitcore/NAME`. A new entry is one more line here; `npm run build` writes it to package.json.
 */
module.exports = {
  index: 'src/index.ts',
  training: 'src/training/index.ts',
  folder: 'src/io/folder.ts',
  vision: 'src/vision/index.ts',
  retrieval: 'src/retrieval/index.ts',
  serving: 'src/serving/index.ts',
};
