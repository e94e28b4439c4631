// Runs every test of the scripts: `node tests/js/all.js`. Python, which takes longer to start than all of them to pass, is asked once.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { written } from './python.js';

const HERE = 'tests/js';
const folder = mkdtempSync(join(tmpdir(), 'fixtures-')),
  FIXTURES = join(folder, 'fixtures.json');
try {
  writeFileSync(FIXTURES, written());
  const tests = readdirSync(HERE).filter((name) => name.endsWith('.test.js'));
  const { status } = spawnSync(
    process.execPath,
    ['--test', '--test-reporter=spec', ...tests.map((name) => join(HERE, name))],
    { stdio: 'inherit', env: { ...process.env, FIXTURES } },
  );
  process.exitCode = status ?? 1;
} finally {
  rmSync(folder, { recursive: true });
}
