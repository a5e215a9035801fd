#!/usr/bin/env bash
# Concatenates the style partials: the whole sheet for the cabinet (minified by the build) and the
# critical sheet that public pages inline (minified here).
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p style/dist
cat style/[0-9]*.css > style/dist/cabinet.css.new
grep -v '^#' style/critical.list | sed '/^$/d; s|^|style/|' | xargs cat > style/dist/critical.css.new
for name in cabinet critical; do
  if ! cmp -s style/dist/$name.css.new style/dist/$name.css; then
    mv style/dist/$name.css.new style/dist/$name.css
  else
    rm style/dist/$name.css.new
  fi
done
if [ ! -f style/dist/critical.min.css ] || [ style/dist/critical.css -nt style/dist/critical.min.css ]; then
  scripts/node_modules/.bin/esbuild style/dist/critical.css --minify --target=chrome80,safari13,firefox78 \
    --outfile=style/dist/critical.min.css --log-level=warning
fi
