import { releaseProblems, type ReleaseFiles } from '../../scripts/release_problems.cjs';

const at = (version: string) => ({ version, packages: { '': { version } } });
const ready: ReleaseFiles = {
  manifest: {
    version: '1.2.0',
    repository: { url: 'git+https://example.org/code.git' },
    bugs: { url: 'https://example.org/issues' },
    homepage: 'https://example.org/',
  },
  lock: at('1.2.0'),
  changelog:
    '# Changelog\n\n## [1.2.0] - 2026-02-28\n\n### Added\n\n- A layer.\n\n## [1.1.0] - 2026-01-01\n\n- Older.\n',
};

test('what is ready has no problems', () => {
  expect(releaseProblems(ready)).toEqual({ now: [], atRelease: [] });
});

test('a changelog that begins with another version, or lists nothing, is refused at any time', () => {
  const { changelog } = ready;
  const other = changelog.replace('[1.2.0]', '[1.3.0]');
  expect(releaseProblems({ ...ready, changelog: other }).now).toEqual([
    'CHANGELOG.md begins with 1.3.0, package.json has 1.2.0',
  ]);
  const empty = changelog.replace('- A layer.\n', '');
  expect(releaseProblems({ ...ready, changelog: empty }).now).toEqual([
    'CHANGELOG.md lists no changes of 1.2.0',
  ]);
  expect(releaseProblems({ ...ready, changelog: '' }).now[0]).toMatch(/begins with no version/);
});

test('a lock file of another version is refused at any time', () => {
  expect(releaseProblems({ ...ready, lock: at('1.1.0') }).now).toEqual(
    Array(2).fill('package-lock.json has 1.1.0: run npm install --package-lock-only'),
  );
});

test.each(['unreleased', '2026-13-01', '1 March 2026'])('at a release, %s is no date', (date) => {
  const changelog = ready.changelog.replace('2026-02-28', date);
  expect(releaseProblems({ ...ready, changelog })).toEqual({
    now: [],
    atRelease: [`CHANGELOG.md has "${date}" where the date of 1.2.0 must be`],
  });
});

test('at a release, package.json says where the package comes from', () => {
  const manifest = { version: '1.2.0', homepage: 'soon' };
  const { now, atRelease } = releaseProblems({ ...ready, manifest });
  expect(now).toEqual([]);
  expect(atRelease.map((problem) => /no address in ([\w.]+)/.exec(problem)?.[1])).toEqual([
    ...['repository.url', 'bugs.url', 'homepage'],
  ]);
});
