using System.Text.RegularExpressions;
using Drydock.Crds.Plans;
using Drydock.Crds.Values;
using Drydock.Tests.Unit.Crds;
using Drydock.Tests.Unit.Crds.Specs;

namespace Drydock.Tests.Unit.Install;

/// <summary>config/policy names what the types name. What it refuses is tried on a server
/// (ApprovalPolicyTests).</summary>
public sealed partial class PolicyTests
{
    private static readonly string Text = File.ReadAllText(Repository.PathOf("config", "policy", "policy.yaml"));

    [Fact]
    public void Policy_names_annotations_fields_and_words_of_types()
    {
        OwnName().Matches(Text).Select(m => m.Value).Distinct().ShouldBe(
            [
                "drydock.dev/authors", Annotations.Approve, Annotations.Hold, Annotations.Retry, Annotations.Adopt,
                Annotations.ApprovedBy,
            ],
            ignoreOrder: true);
        Text.ShouldContain($"startsWith('{Word.Retry}@')");
        Text.ShouldContain($"orValue(['{HoldMatcher.FirstChange}'])");
        Text.ShouldContain($"== '{nameof(ApprovalPolicy.Automatic)}'");
        foreach (var free in Free().Matches(Text).Select(m => m.Groups["fields"].Value.Split(", ")))
        {
            free.Select(field => field.Trim('\'')).ShouldBe(
            [
                CamelCase(nameof(RunSpec.Approvals)), CamelCase(nameof(RunSpec.Approval)),
                CamelCase(nameof(RunSpec.HoldBefore)), CamelCase(nameof(RunSpec.Paused)),
                CamelCase(nameof(RunSpec.DesiredState)),
            ]);
        }
    }

    [Fact]
    public void Policy_covers_each_kind_with_approvals()
    {
        var covered = YamlToJson.ReadAll(Repository.PathOf("config", "policy", "policy.yaml"))[0]["spec"]!
            ["matchConstraints"]!["resourceRules"]![0]!["resources"]!.AsArray().Select(r => r!.GetValue<string>());

        covered.ShouldBe(
            Schemas.Specs.Where(kind => kind.Value["properties"]!["approvals"] is not null)
                .Select(kind => $"{kind.Key.ToLowerInvariant()}s"),
            ignoreOrder: true);
    }

    private static string CamelCase(string name) => char.ToLowerInvariant(name[0]) + name[1..];

    [GeneratedRegex(@"drydock\.dev/[a-z-]+")]
    private static partial Regex OwnName();

    [GeneratedRegex(@"k in \[(?<fields>[^\]]*)\]")]
    private static partial Regex Free();
}
