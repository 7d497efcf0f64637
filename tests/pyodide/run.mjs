// Runs a Python script in Pyodide on Node.js, without a network:
//   node run.mjs PYODIDE_FOLDER SCRIPT FOLDER...
// The script can import what is in the folders; what it prints goes to standard output.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [home, script, ...folders] = process.argv.slice(2);
try {
  const { loadPyodide } = await import(pathToFileURL(`${home}/pyodide.mjs`).href);
  const python = await loadPyodide({ indexURL: `${home}/` });
  const path = python.pyimport("sys").path;
  folders.forEach((folder, place) => {
    python.FS.mkdirTree(`/mounted/${place}`);
    python.mountNodeFS(`/mounted/${place}`, folder);
    path.append(`/mounted/${place}`);
  });
  await python.runPythonAsync(readFileSync(script, "utf8"), { filename: script });
} catch (error) {
  console.error(error.message); // not the stack: its lines are those of a minified file
  process.exitCode = 1;
}
