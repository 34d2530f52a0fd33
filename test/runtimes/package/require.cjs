const use = require('./use.cjs');

// Works because no module of the package awaits at its top level.
console.log(use(require('rankwise'), require('rankwise/node'), require('rankwise/linalg')));
