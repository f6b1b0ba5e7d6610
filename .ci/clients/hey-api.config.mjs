// Node requires the extension of imports in ES modules.
export default {
  input: process.env.DOCUMENT,
  output: { path: "portal", importFileExtension: ".js" },
  plugins: ["@hey-api/client-fetch", "@hey-api/typescript", "@hey-api/sdk"],
};
