import js from '@eslint/js';
import globals from 'globals';

/** Modules are imported by node --test as well, where there is no page. */
const PAGE = /^(addEventListener|document|localStorage|location|matchMedia|navigator|sessionStorage|window)$/;

export default [
  js.configs.recommended,
  {
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-unused-vars': ['error', { argsIgnorePattern: '^_+$' }],
      'no-var': 'error',
      'object-shorthand': 'error',
      'prefer-const': ['error', { destructuring: 'all' }],
    },
  },
  {
    files: ['assets/js/**'],
    languageOptions: { globals: globals.browser },
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector:
            'CallExpression[callee.object.name=Object][callee.property.name=assign][arguments.0.type=ThisExpression]',
          message:
            'Declare the fields of a class and assign them one by one: neither readers nor tsc find them otherwise.',
        },
        {
          selector: `Identifier[name=${PAGE}]:not(:function *, PropertyDefinition *, MemberExpression > .property, Property > .key)`,
          message: 'A module is imported where there is no page, too: read this inside a function.',
        },
      ],
    },
  },
  { files: ['tests/js/**', '*.config.js'], languageOptions: { globals: globals.node } },
];
