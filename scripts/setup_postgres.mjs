/*
 * Provides a PostgreSQL server with pgvector, for `npm run test:faults` and `bench:retrieval`: does nothing where there is
 * one (POSTGRES_BIN, Debian's folders or PATH), and otherwise installs Debian's packages, where apt-get may be used. Debian
 * 12 has no package of pgvector for its server: it is compiled from the source package of Debian 13.
 */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import find from './find_postgres.cjs';
import { main, Refusal, run, say, tryRun } from './steps.mjs';

await main('setup:postgres', () => {
  if (find.findPostgres() == null) install('postgresql');
  if (!find.hasPgvector(foundServer())) addPgvector();
  if (!find.hasPgvector(foundServer())) throw new Refusal(find.postgresMissing());
  const bin = foundServer();
  say(`${run(join(bin, 'postgres'), ['--version']).trim()} with pgvector, ${bin}`);
});

function foundServer() {
  const bin = find.findPostgres();
  if (bin == null) throw new Refusal(find.postgresMissing());
  return bin;
}

function install(...packages) {
  const mayInstall = process.getuid?.() === 0 && tryRun('apt-get', ['--version']).ok;
  if (!mayInstall || process.env.POSTGRES_BIN) throw new Refusal(find.postgresMissing());
  say(`Installing Debian's ${packages.join(', ')}.`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const aptGet = (...args) => tryRun('apt-get', args, { env, seconds: 900 });
  const installed = () => aptGet('install', '--yes', '--no-install-recommends', ...packages);
  // A fresh machine has no lists of packages, an old one has lists of packages that are gone.
  if (installed().ok) return;
  aptGet('update');
  const { ok, why, output } = installed();
  if (!ok) throw new Refusal(`apt-get install ${packages.join(' ')}: ${why}\n${output}`);
}

function addPgvector() {
  const bin = foundServer();
  const version = /(\d+)\./.exec(run(join(bin, 'postgres'), ['--version']))[1];
  const packaged = `postgresql-${version}-pgvector`;
  if (tryRun('apt-cache', ['show', packaged]).ok) return install(packaged);
  install(`postgresql-server-dev-${version}`, 'gcc', 'make', 'xz-utils');
  const folder = mkdtempSync(join(tmpdir(), 'tfjs-bitcore-pgvector-'));
  try {
    compile(unpackSource(folder), join(bin, 'pg_config'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** With lists of its own, so that the machine's apt-get knows no packages of the other Debian. */
function unpackSource(folder) {
  say("Downloading Debian 13's source package of pgvector.");
  const lists = join(folder, 'lists');
  const sources = join(folder, 'sources.list');
  mkdirSync(join(lists, 'partial'), { recursive: true });
  writeFileSync(sources, 'deb-src http://deb.debian.org/debian trixie main\n');
  const places = {
    'Dir::Etc::sourcelist': sources,
    'Dir::Etc::sourceparts': '-',
    'Dir::State::lists': lists,
    // Apt fetches as another user, who may not write into this folder.
    'APT::Sandbox::User': 'root',
  };
  const options = Object.entries(places).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  run('apt-get', [...options, 'update'], { cwd: folder });
  run('apt-get', [...options, 'source', '--download-only', 'pgvector'], { cwd: folder });
  const archive = readdirSync(folder).find((name) => /\.orig\.tar\.\w+$/.test(name));
  const source = join(folder, 'source');
  mkdirSync(source);
  run('tar', ['-xf', archive, '-C', source, '--strip-components=1'], { cwd: folder });
  return source;
}

function compile(source, pgConfig) {
  say('Compiling pgvector.');
  // The default is for this machine's processor alone.
  const args = ['OPTFLAGS=', `PG_CONFIG=${pgConfig}`];
  run('make', args, { cwd: source });
  run('make', ['install', ...args], { cwd: source });
}
