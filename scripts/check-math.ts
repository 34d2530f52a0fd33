/**
 * Keeps functions whose bits differ between runtimes out of the engine. `npm run check:math`
 * src/ may use the exactly rounded members of Math and its constants, and src/math.ts for the rest; assembly/ uses
 * the built-in instructions and its own polynomials. src/cli and src/page print for people and are free.
 */

import ts from 'typescript';
import { isMain, parse, readSources, report, type Sources, walk, where } from './support/sources.ts';

const EXACT = ['abs', 'ceil', 'clz32', 'floor', 'fround', 'imul', 'max', 'min', 'round', 'sign', 'sqrt', 'trunc'];
const CONSTANTS = ['E', 'LN10', 'LN2', 'LOG10E', 'LOG2E', 'PI', 'SQRT1_2', 'SQRT2'];
const ALLOWED = new Set([...EXACT, ...CONSTANTS]);
const COMPILED = new Set(['Math', 'Mathf', 'NativeMath', 'NativeMathf', 'JSMath']);
const POWER = new Set([ts.SyntaxKind.AsteriskAsteriskToken, ts.SyntaxKind.AsteriskAsteriskEqualsToken]);

/** What is wrong with one node, or undefined. */
function objection(node: ts.Node, compiled: boolean): string | undefined {
  if (POWER.has(node.kind)) return "'**' differs between runtimes; multiply, or use src/math.ts";
  if (!ts.isIdentifier(node)) return undefined;
  const { parent } = node;
  const isMember = ts.isPropertyAccessExpression(parent) && parent.name === node;
  if (isMember || ts.isPropertyAssignment(parent)) return undefined;
  if (compiled) {
    return COMPILED.has(node.text)
      ? `${node.text} is not the engine's; use a built-in instruction or assembly/simd/math.ts`
      : undefined;
  }
  if (node.text !== 'Math') return undefined;
  if (!ts.isPropertyAccessExpression(parent)) return 'Math is used other than as Math.name; name the function';
  if (ALLOWED.has(parent.name.text)) return undefined;
  if (parent.name.text === 'random') return 'Math.random cannot be repeated; draw from a keyed generator';
  return `Math.${parent.name.text} differs between runtimes; use src/math.ts`;
}

/** One line for each use of an inexact function. */
export function checkMath(sources: Sources): string[] {
  const problems: string[] = [];
  for (const [path, text] of sources) {
    if (/^src\/(?:cli|page)\//.test(path)) continue;
    const file = parse(path, text);
    walk(file, (node) => {
      const problem = objection(node, path.startsWith('assembly/'));
      if (problem !== undefined) problems.push(`${where(file, node)}: ${problem}`);
    });
  }
  return problems;
}

if (isMain(import.meta.url)) {
  const sources = readSources(['src', 'assembly'], ['.ts']);
  report('check:math', checkMath(sources), `${sources.size} files use exact arithmetic only`);
}
