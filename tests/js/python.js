// Expected values that Python makes at test time: by numpy, safetensors and the table of names, not by the scripts under test.

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

const VENV = '.venv/bin/python';

/** What tests/js/fixtures.py writes under these names, or under all: the interpreter is $PYTHON, else the virtual environment's. */
export function written(...names) {
  const python = process.env.PYTHON ?? (existsSync(VENV) ? VENV : 'python3');
  return execFileSync(python, ['tests/js/fixtures.py', ...names], { encoding: 'utf-8', maxBuffer: 2 ** 26 });
}

/** One of them: of the file that tests/js/all.js has put it into, else of Python. */
export function fixture(name) {
  const { FIXTURES } = process.env;
  return JSON.parse(FIXTURES ? readFileSync(FIXTURES, 'utf-8') : written(name))[name];
}
