// Models whose topology and weights show their number: a mixture of two is seen at once.
const VALUES = 5000;

const artifacts = (tag) => ({
  format: 'layers-model',
  generatedBy: 'test',
  convertedBy: null,
  modelTopology: { tag },
  weightSpecs: [{ name: 'kernel', shape: [VALUES], dtype: 'float32' }],
  weightData: new Float32Array(VALUES).fill(tag).buffer,
});

/** The number of a model that was loaded; NaN if its parts are of different models. */
const tagOf = ({ modelTopology, weightData }) => {
  const values = new Float32Array(weightData);
  const isWhole = values.length === VALUES && values.every((value) => value === modelTopology.tag);
  return isWhole ? modelTopology.tag : NaN;
};

module.exports = { artifacts, tagOf };
