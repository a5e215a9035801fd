#!/bin/sh
# Makes the three font files of the cabinet's pages, and two for its PDF documents, from the variable
# Onest (SIL Open Font License).
#
# Needs: node with npm, python3 with `pip install fonttools brotli`.
# Run it from anywhere; it works in a temporary directory and replaces public/fonts/ and app/fonts/.
#
# Why three files: a browser takes a file only if the page has a character from its range,
# so the rouble sign (U+20BD) has a file of its own (1 KB) and a price never pulls in a
# whole extended Latin set. The ranges below must stay equal to `unicode-range` in
# style/10-fonts.css. Onest has neither U+2011 nor U+202F: texts use neither.
set -eu

package='@fontsource-variable/onest@5.3.1'
out=$(cd "$(dirname "$0")/.." && pwd)/public/fonts
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

mkdir -p "$out"
cd "$work"
npm pack --silent "$package" >/dev/null
tar -xzf ./*.tgz

# $1: subset of the package, $2: characters to keep
make_font() {
    # Keep the weights in use, 400 to 700, of the variable axis.
    fonttools varLib.instancer --quiet "package/files/onest-$1-wght-normal.woff2" wght=400:700 -o "$1.ttf"
    # Keep the characters in use, kerning, tabular figures, local forms. Screens need no hints.
    pyftsubset "$1.ttf" --unicodes="$2" --layout-features=kern,tnum,locl --no-hinting \
        --flavor=woff2 --output-file="$out/onest-$1.woff2"
}

make_font latin 'U+20-7E,U+A0,U+AB,U+B7,U+BB,U+2013-2014,U+2019,U+201C-201E,U+2022,U+2026,U+2212'
make_font cyrillic 'U+401,U+410-44F,U+451,U+2116'
make_font latin-ext 'U+20BD'

# PDF documents take one font with everything, at one weight each.
pdf=$(dirname "$(dirname "$out")")/app/fonts
mkdir -p "$pdf"
for weight in 400 600; do
    for part in latin cyrillic latin-ext; do
        fonttools varLib.instancer --quiet "package/files/onest-$part-wght-normal.woff2" \
            wght=$weight -o "$part-$weight.ttf"
    done
    fonttools merge --output-file="all-$weight.ttf" "latin-$weight.ttf" "cyrillic-$weight.ttf" "latin-ext-$weight.ttf"
    pyftsubset "all-$weight.ttf" --no-hinting --layout-features=kern,tnum \
        --unicodes='U+20-7E,U+A0,U+AB,U+B7,U+BB,U+D7,U+2013-2014,U+2019,U+201C-201E,U+2022,U+2026,U+2212,U+401,U+410-44F,U+451,U+2116,U+20BD' \
        --output-file="$pdf/onest-$weight.ttf"
done

# The licence travels with the fonts.
cp package/LICENSE "$out/OFL.txt"
cp package/LICENSE "$pdf/OFL.txt"
wc -c "$out"/*.woff2 "$pdf"/*.ttf
