import { defineConfig } from "vite";

// One script and one sheet of styles under names that do not change: the program serves them by their digest.
export default defineConfig({
  esbuild: { jsx: "automatic", jsxImportSource: "preact" },
  build: {
    outDir: "../web/assets/console",
    emptyOutDir: true,
    target: "es2022",
    modulePreload: false,
    reportCompressedSize: false,
    rollupOptions: {
      input: "src/main.tsx",
      output: { entryFileNames: "console.js", assetFileNames: "console.[ext]", inlineDynamicImports: true },
    },
  },
});
