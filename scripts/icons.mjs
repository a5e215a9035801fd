// Draws the PNG icons of the installed app from the SVG sources in public/icons/src/.
//
//   npm install --prefix scripts --no-package-lock
//   node scripts/icons.mjs
//
// `icon`: rounded tile, shown as it is. `maskable`: full bleed, the mark inside the safe circle
// (40 % of the side around the centre). `monochrome`: only its alpha is used. `apple-touch-icon`:
// no transparent pixel, because iOS paints them black.
import { readFile, writeFile } from 'node:fs/promises';
import { Resvg } from '@resvg/resvg-js';

const icons = new URL('../public/icons/', import.meta.url);

// [source without .svg, result without .png, side in pixels]
const jobs = [
  ['icon', 'icon-192', 192],
  ['icon', 'icon-512', 512],
  ['maskable', 'maskable-192', 192],
  ['maskable', 'maskable-512', 512],
  ['monochrome', 'monochrome-96', 96],
  ['apple-touch-icon', 'apple-touch-icon', 180],
  ['shortcut-top-up', 'shortcut-top-up', 96],
  ['shortcut-expenses', 'shortcut-expenses', 96],
  ['shortcut-promised', 'shortcut-promised', 96],
  ['shortcut-support', 'shortcut-support', 96],
];

const opaque = new Set(['maskable', 'apple-touch-icon']);

for (const [source, result, side] of jobs) {
  const svg = await readFile(new URL(`src/${source}.svg`, icons), 'utf8');
  const image = new Resvg(svg, {
    fitTo: { mode: 'width', value: side },
    font: { loadSystemFonts: false },
  }).render();
  if (image.width !== side || image.height !== side) {
    throw new Error(`${result}: ${image.width}×${image.height}, wanted ${side}×${side}`);
  }
  const seeThrough = image.pixels.some((value, at) => at % 4 === 3 && value !== 255);
  if (opaque.has(source) && seeThrough) {
    throw new Error(`${result}: must have no transparent pixel`);
  }
  const png = image.asPng();
  await writeFile(new URL(`${result}.png`, icons), png);
  console.log(`${result}.png ${side}×${side}, ${png.length} bytes`);
}
