// Decompress the browser of the npm package: node unpack.mjs PACKAGE DIRECTORY
// Not the package's own code: that unpacks into the machine's shared temporary directory.
import { createReadStream, createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { createBrotliDecompress } from "node:zlib";

const [source, target] = process.argv.slice(2);
for (const name of ["chromium", "swiftshader.tar", "fonts.tar", "al2023.tar"]) {
  await pipeline(
    createReadStream(`${source}/bin/${name}.br`),
    createBrotliDecompress({ chunkSize: 2 ** 21 }),
    createWriteStream(`${target}/${name}`, { mode: 0o755 }),
  );
}
