const head = `name: release

on:
  push:
    tags: ["v*"]

permissions:
  contents: write

jobs:
`;

const checksums = "cd release && sha256sum -- * > checksums.txt";

const create = `gh release create "$GITHUB_REF_NAME" release/* --verify-tag --generate-notes
        env:
          GH_TOKEN: \${{ github.token }}
`;

/** Publishes one file, with its checksum, as the release of a pushed tag. */
export function scriptWorkflow(file: string): string {
  return `${head}  release:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: mkdir release && cp ${file} release/
      - run: ${checksums}
      - run: ${create}`;
}

/** Builds on a machine of each platform, then publishes what all of them built as one release. */
export function compiledWorkflow(): string {
  return `${head}  build:
    strategy:
      matrix:
        machine: [ubuntu-24.04, ubuntu-24.04-arm, macos-15, macos-15-intel]
    runs-on: \${{ matrix.machine }}
    steps:
      - uses: actions/checkout@v4
      - run: sh build.sh
      - uses: actions/upload-artifact@v4
        with:
          name: \${{ matrix.machine }}
          path: dist/

  release:
    needs: build
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/download-artifact@v4
        with:
          path: release
          merge-multiple: true
      - run: ${checksums}
      - run: ${create}`;
}
