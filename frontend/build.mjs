// Builds what wiki/static holds of other people's work: the editor bundle, and the faces.
// npm ci && npm run build; the results are committed, so that running the wiki needs no node.
import { build } from "esbuild";
import { copyFile, mkdir } from "node:fs/promises";

const STATIC = "../wiki/static";
const FACES = "node_modules/@fontsource-variable";

await build({
  entryPoints: ["src/editor.js"],
  bundle: true,
  format: "esm",
  minify: true,
  target: ["es2022"],
  legalComments: "eof",
  outfile: `${STATIC}/js/editor.bundle.js`,
});

const faces = {
  "source-serif-4-latin": "source-serif-4/files/source-serif-4-latin-opsz-normal",
  "source-serif-4-latin-ext": "source-serif-4/files/source-serif-4-latin-ext-opsz-normal",
  "source-serif-4-latin-italic": "source-serif-4/files/source-serif-4-latin-wght-italic",
  "source-serif-4-latin-ext-italic": "source-serif-4/files/source-serif-4-latin-ext-wght-italic",
  "source-sans-3-latin": "source-sans-3/files/source-sans-3-latin-wght-normal",
  "source-sans-3-latin-ext": "source-sans-3/files/source-sans-3-latin-ext-wght-normal",
};

await mkdir(`${STATIC}/fonts`, { recursive: true });
for (const [name, from] of Object.entries(faces)) {
  await copyFile(`${FACES}/${from}.woff2`, `${STATIC}/fonts/${name}.woff2`);
}
for (const family of ["source-serif-4", "source-sans-3"]) {
  await copyFile(`${FACES}/${family}/LICENSE`, `${STATIC}/fonts/${family}-LICENSE.txt`);
}
