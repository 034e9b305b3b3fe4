// Says in one line what to do when this Node cannot run TypeScript as it stands, or has no argon2.
const needed = [24, 7];
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < needed[0] || (major === needed[0] && minor < needed[1])) {
  console.error(
    `Callwright needs Node ${needed.join('.')} or newer, and this is ${process.version}. npm ci brings it along on Linux and Windows (do not use --omit=optional) and npm run uses it; elsewhere install Node ${needed[0]}.`,
  );
  process.exit(1);
}
