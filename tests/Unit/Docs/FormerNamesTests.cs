using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Drydock.Tests.Unit.Crds.Specs;
using Drydock.Tests.Unit.Crds.Specs.Making;

namespace Drydock.Tests.Unit.Docs;

/// <summary>Pages and examples name nothing of a former form.</summary>
public sealed partial class FormerNamesTests
{
    [Fact]
    public void Examples_of_the_OLM_bundle_fit_their_schemas()
    {
        var text = File.ReadAllText(Repository.PathOf("config", "olm", "clusterserviceversion.yaml.in"));
        var examples = JsonNode.Parse(Examples().Match(text).Groups["json"].Value)!.AsArray();
        examples.Count.ShouldBe(4);
        foreach (var example in examples)
        {
            var (kind, spec) = (example!["kind"]!.GetValue<string>(), example["spec"]!.AsObject());
            SchemaCheck.Stored(Schemas.Specs[kind], spec)!.ToJsonString()
                .ShouldBe(spec.ToJsonString(), "a server would drop a field that it does not know");
            SchemaCheck.Errors(Schemas.Specs[kind], spec).ShouldBeEmpty(kind);
        }
    }

    [Theory]
    [InlineData("docs/reference/oms-releases.md", "spec.allowUnsupportedPath")]
    [InlineData("docs/how-to/upgrade-at-night.md", "the condition `Verified`")]
    [InlineData("docs/reference/conditions.md", "a step starts or succeeds")]
    public void Page_names_nothing_that_went(string page, string gone) =>
        File.ReadAllText(Repository.PathOf(page.Split('/'))).ShouldNotContain(gone);

    [GeneratedRegex(
        @"alm-examples: \|-?\n(?<json>\s+\[.*?\n\s+\])\n", RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Examples();
}
