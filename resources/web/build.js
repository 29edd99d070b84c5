// node build.js ENTRY PRELUDE OUTPUT: one self-contained script for Qt's JavaScript engine. The packages of
// package-lock.json are found through NODE_PATH, because they are installed into the build tree.
'use strict';
const fs = require('fs');
const esbuild = require('esbuild');

const [entry, prelude, output] = process.argv.slice(2);
esbuild.buildSync({
    entryPoints: [entry],
    outfile: output,
    bundle: true,
    format: 'iife',
    target: 'es2016',
    charset: 'utf8',
    minify: true,
    legalComments: 'inline',
    nodePaths: [process.env.NODE_PATH],
    banner: { js: fs.readFileSync(prelude, 'utf8') },
    logLevel: 'warning',
});
