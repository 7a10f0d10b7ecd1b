/**
 * What keeps a version from being published. `now` must hold in every commit; `atRelease` only when the version is
 * published: until then there is no date, and package.json does not say where the package comes from, as npm would publish
 * any address.
 */
function releaseProblems({ manifest, lock, changelog }) {
  const { version } = manifest;
  const newest = /^## \[(.+?)\] - (.+)\n([^]*?)(?=^## |$(?![^]))/m.exec(changelog);
  const [, listed, date, changes] = newest ?? [];
  return {
    now: [
      ...(listed === version
        ? []
        : [`CHANGELOG.md begins with ${listed ?? 'no version'}, package.json has ${version}`]),
      ...(/^- /m.test(changes ?? '') ? [] : [`CHANGELOG.md lists no changes of ${version}`]),
      ...[lock.version, lock.packages[''].version]
        .filter((locked) => locked !== version)
        .map((locked) => `package-lock.json has ${locked}: run npm install --package-lock-only`),
    ],
    atRelease: [
      ...(isDate(date) ? [] : [`CHANGELOG.md has "${date}" where the date of ${version} must be`]),
      ...missingAddresses(manifest),
    ],
  };
}

function isDate(text) {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text));
}

function missingAddresses({ repository, bugs, homepage }) {
  const addresses = { 'repository.url': repository?.url, 'bugs.url': bugs?.url, homepage };
  return Object.keys(addresses)
    .filter((name) => !URL.canParse(addresses[name]))
    .map((name) => `package.json has no address in ${name}: npm pkg set ${name}=https://...`);
}

module.exports = { releaseProblems };
