/** What the checks share: the texts they look at, the syntax trees of those, and one way to report. */

import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';

/** Texts by path; paths are relative to the repository and use '/'. */
export type Sources = ReadonlyMap<string, string>;

/** All files under the given folders whose name ends with one of `endings`, in order of name. Absent folders are empty. */
export function readSources(folders: readonly string[], endings: readonly string[], root = '.'): Sources {
  const paths: string[] = [];
  for (const folder of folders.filter((name) => existsSync(join(root, name)))) {
    for (const entry of readdirSync(join(root, folder), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !endings.some((ending) => entry.name.endsWith(ending))) continue;
      paths.push(relative(root, join(entry.parentPath, entry.name)).replaceAll('\\', '/'));
    }
  }
  return new Map(paths.sort().map((path) => [path, readFileSync(join(root, path), 'utf8')]));
}

/** The syntax tree of a file. AssemblyScript is read with the same grammar; its decorators do no harm. */
export function parse(path: string, text: string): ts.SourceFile {
  return ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true, ts.ScriptKind.TS);
}

/** Calls `visit` on a node and everything below it. */
export function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  ts.forEachChild(node, (child) => walk(child, visit));
}

/** `path:line` of a node. */
export function where(file: ts.SourceFile, node: ts.Node): string {
  return `${file.fileName}:${file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1}`;
}

/** True in the file that was started, false where it is imported. */
export function isMain(url: string): boolean {
  return process.argv[1] !== undefined && url === pathToFileURL(realpathSync(process.argv[1])).href;
}

/** Prints the problems, or `summary` when there are none; the exit code says which. */
export function report(check: string, problems: readonly string[], summary: string): void {
  if (problems.length === 0) {
    process.stdout.write(`${check}: ${summary}\n`);
    return;
  }
  process.stderr.write(`${problems.map((problem) => `${problem}\n`).join('')}${check}: ${problems.length} problems\n`);
  process.exitCode = 1;
}
