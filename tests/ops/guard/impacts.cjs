// Pairs of templates from standard input, by key; what the AWS CDK's differ makes of each to standard output: logical
// id to impact, or, where it cannot read a template, its words under "error".
const { readFileSync } = require("fs");
const { fullDiff } = require("@aws-cdk/cloudformation-diff");

const found = {};
for (const [key, [before, after]] of Object.entries(JSON.parse(readFileSync(0, "utf8")))) {
  found[key] = {};
  try {
    fullDiff(before, after).resources.forEachDifference((id, change) => {
      found[key][id] = change.changeImpact;
    });
  } catch (error) {
    found[key] = { error: error.message };
  }
}
process.stdout.write(JSON.stringify(found));
