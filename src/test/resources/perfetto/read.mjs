// Reads a trace as Chrome's developer tools do, with their own engine, and prints what they made of it as JSON:
// for each thread its name, and how many slices lie at each depth of its tree.
// usage: node read.mjs DIRECTORY-OF-@paulirish/trace_engine TRACE.json
import fs from 'node:fs';

globalThis.window ??= globalThis;
const engine = await import(`${process.argv[2]}/models/trace/trace.js`);
const trace = JSON.parse(fs.readFileSync(process.argv[3]));
const processor = engine.Processor.TraceProcessor.createWithAllHandlers();
await processor.parse(trace.traceEvents, {});
const threads = [];
for (const [pid, process] of (processor.parsedTrace ?? processor.data).Renderer.processes) {
  for (const [tid, thread] of process.threads) {
    const depths = [];
    for (const node of thread.entries.length ? thread.tree.roots : []) {
      count(node, 0, depths);
    }
    threads.push({pid, tid, name: thread.name, slices: thread.entries.length, depths});
  }
}
console.log(JSON.stringify({threads}));

function count(node, depth, depths) {
  depths[depth] = (depths[depth] ?? 0) + 1;
  for (const child of node.children) {
    count(child, depth + 1, depths);
  }
}
