using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Drydock.Crds;
using Drydock.Crds.BackupSnapshots;
using Drydock.Crds.Common;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Crds.OmsUpgrades;
using Drydock.Crds.SnapshotRestores;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Integration.Crds;

[Collection(CrdServersCollection.Name)]
public sealed class SpecRulesTests(CrdServers servers)
{
    public static TheoryData<string, string> Rules
    {
        get
        {
            var data = new TheoryData<string, string>();
            data.AddRange(SpecRules.All.Select(rule => new TheoryDataRow<string, string>(rule.Place, rule.Message)));
            return data;
        }
    }

    [Theory]
    [Trait(SampleTrait.Name, SampleTrait.All)]
    [MemberData(nameof(Rules))]
    public async Task Current_server_refuses_broken_rule_with_its_message(string place, string message)
    {
        var rule = Rule(place, message);
        var (status, body) = await servers.TryCreateAsync(rule.Manifest(rule.Break));
        status.ShouldBe(HttpStatusCode.UnprocessableEntity, body);
        JsonNode.Parse(body)!["message"]!.GetValue<string>().ShouldContain(message);
    }

    [Theory]
    [Trait(SampleTrait.Name, SampleTrait.All)]
    [MemberData(nameof(Rules))]
    public async Task Current_server_accepts_value_at_edge_of_rule(string place, string message)
    {
        var rule = Rule(place, message);
        var (status, body) = await servers.TryCreateAsync(rule.Manifest(rule.Near));
        status.ShouldBe(HttpStatusCode.Created, body);
    }

    [Theory]
    [MemberData(nameof(Rules))]
    public void Operator_validation_finds_broken_rule_without_CEL(string place, string message)
    {
        var rule = Rule(place, message);
        Findings(rule, rule.Break).ShouldContain(message);
        Findings(rule, rule.Near).ShouldBeEmpty();
    }

    private static SpecRules Rule(string place, string message) =>
        SpecRules.All.Single(rule => rule.Place == place && rule.Message == message);

    private static List<string> Findings(SpecRules rule, Action<JsonObject> change)
    {
        var spec = rule.Manifest(change)["spec"]!;
        var findings = rule.Kind switch
        {
            OmsUpgrade.KindName => OmsUpgradeValidation.Validate(spec.Deserialize(CrdsJsonContext.Default.OmsUpgradeSpec)!),
            DatabaseRollingUpgrade.KindName => DatabaseRollingUpgradeValidation.Validate(spec.Deserialize(CrdsJsonContext.Default.DatabaseRollingUpgradeSpec)!),
            BackupSnapshot.KindName => BackupSnapshotValidation.Validate(spec.Deserialize(CrdsJsonContext.Default.BackupSnapshotSpec)!),
            _ => SnapshotRestoreValidation.Validate(spec.Deserialize(CrdsJsonContext.Default.SnapshotRestoreSpec)!),
        };
        findings.ShouldAllBe(finding => finding.Reason == Reasons.InvalidSpec && finding.Field!.StartsWith("spec", StringComparison.Ordinal));
        return [.. findings.Select(finding => finding.Message)];
    }
}
