// Says in one line what to do when this Node cannot run TypeScript as it stands.
const needed = 24;
if (Number(process.versions.node.split('.')[0]) < needed) {
  console.error(
    `Callwright needs Node ${needed} or newer, and this is ${process.version}. npm ci brings it along on Linux and Windows (do not use --omit=optional) and npm run uses it; elsewhere install Node ${needed}.`,
  );
  process.exit(1);
}
