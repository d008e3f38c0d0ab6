import type { CodegenConfig } from "@graphql-codegen/cli";

const config: CodegenConfig = {
  schema: process.env.ABONENT_GRAPHQL ?? "http://localhost:8000/graphql",
  documents: "../subscriber.graphql",
  generates: {
    "generated/": {
      preset: "client",
      config: {
        documentMode: "string", // no library is needed to send it
        enumsAsTypes: true, // plain strings, as they are on the wire
        useTypeImports: true,
        // Amounts stay text: a JavaScript number would round them.
        scalars: { ID: "string", Decimal: "string", DateTime: "string", Date: "string", JSON: "unknown" },
      },
    },
  },
};

export default config;
