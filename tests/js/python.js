// Expected values that Python makes at test time: by numpy, safetensors and the table of names, not by the scripts under test.

import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const VENV = '.venv/bin/python';

/** What tests/js/fixtures.py writes under this name; the interpreter is $PYTHON, else the virtual environment's. */
export function fixture(name) {
  const python = process.env.PYTHON ?? (existsSync(VENV) ? VENV : 'python3');
  return JSON.parse(execFileSync(python, ['tests/js/fixtures.py', name], { encoding: 'utf-8', maxBuffer: 2 ** 26 }));
}
