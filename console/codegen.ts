import type { CodegenConfig } from "@graphql-codegen/cli";

const config: CodegenConfig = {
  schema: "../schema/schema.graphql",
  documents: "src/documents/*.graphql",
  generates: {
    "src/generated/documents.ts": {
      plugins: ["typescript", "typescript-operations", "typed-document-node"],
      config: {
        documentMode: "string", // sent as they are: no library in the page reads GraphQL
        onlyOperationTypes: true,
        enumsAsTypes: true,
        useTypeImports: true,
        skipTypename: true,
        avoidOptionals: { field: true },
        strictScalars: true,
        // Amounts stay text: a JavaScript number would round them.
        scalars: { Decimal: "string", DateTime: "string", Date: "string", JSON: "unknown" },
      },
    },
  },
};

export default config;
