// A `pcai serve` for tests: on a free port, with nothing of the user's settings.
"use strict";
const { execFileSync, spawn } = require("node:child_process");
const { once } = require("node:events");
const fs = require("node:fs");
const net = require("node:net");
const os = require("node:os");
const path = require("node:path");
const { setTimeout: pause } = require("node:timers/promises");

const program =
  process.env.PCAI_PROGRAM ?? path.resolve(__dirname, "../../build/release/bin/pcai");
const startLimit = 120_000; // milliseconds until /ready

async function freePort() {
  const probe = net.createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address();
  probe.close();
  await once(probe, "close");
  return port;
}

// Resolves, once /ready is 200, to { url, stop }; stop() resolves to the exit status.
async function startServer(...args) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "pcai-sdk-"));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const env = { XDG_CONFIG_HOME: folder };
  for (const [name, value] of Object.entries(process.env)) {
    if (!name.startsWith("PCAI_") || name === "PCAI_MODELS_DIR") env[name] ??= value;
  }
  const log = fs.openSync(path.join(folder, "log"), "w+");
  const child = spawn(program, ["serve", "--port", String(port), ...args], {
    cwd: folder, env, stdio: ["ignore", log, log],
  });
  let alive = true;
  const ended = new Promise((resolve) => {
    child.on("exit", resolve).on("error", (error) => resolve(error));
  }).finally(() => { alive = false; });

  async function stop() {
    child.kill("SIGTERM");
    const status = await ended;
    fs.closeSync(log);
    fs.rmSync(folder, { recursive: true });
    return status;
  }

  const deadline = Date.now() + startLimit;
  while (Date.now() < deadline && alive) {
    const ready = await fetch(`${url}/ready`).catch(() => null);
    if (ready?.ok) return { url, stop };
    await pause(50);
  }
  const text = fs.readFileSync(path.join(folder, "log"), "utf8");
  throw new Error(`pcai serve is not ready, ended with ${await stop()}:\n${text}`);
}

// The id of the server's first model.
async function modelOf(server) {
  const list = await (await fetch(`${server.url}/v1/models`)).json();
  return list.data[0].id;
}

// Whether this build has that backend.
function hasBackend(backend) {
  const said = JSON.parse(execFileSync(program, ["version", "--json"], { encoding: "utf8" }));
  return said.backends.find(({ name }) => name === backend).usable;
}

module.exports = { hasBackend, modelOf, program, startServer };
