using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Drydock.Crds;
using Drydock.Crds.BackupSnapshots;
using Drydock.Crds.Common;
using Drydock.Crds.OmsUpgrades;
using Drydock.Crds.SnapshotRestores;
using Drydock.Tests.Unit.Crds.Specs.Making;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Integration.Crds;

/// <summary>
/// Some hundred random specs on a current server: it accepts exactly what schema check and validation of the operator
/// let through.
/// </summary>
[Collection(CrdServersCollection.Name)]
[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class RandomSpecTests(CrdServers servers)
{
    private const int Each = 150;

    // A duration is a sum of parts, which no schema can bound as a whole. The others compare entries of a list, or read
    // them more closely than the cost limit of a schema allows.
    private static readonly string[] OnlyTheOperatorSees =
    [
        "in sum. Set a shorter one.", RuleMessages.GraceInTime, RuleMessages.HostAddress, RuleMessages.OmsBinds,
        RuleMessages.SamePlace, RuleMessages.NamedTwice,
    ];

    [Theory]
    [InlineData("omsupgrades", OmsUpgrade.KindName)]
    [InlineData("backupsnapshots", BackupSnapshot.KindName)]
    [InlineData("snapshotrestores", SnapshotRestore.KindName)]
    public async Task Current_server_and_operator_agree_on_random_specs(string plural, string kind)
    {
        var schema = await SchemaAsync(plural);
        var seed = Random.Shared.Next();
        var (accepted, refused) = (0, 0);
        for (var i = 0; i < Each; i++)
        {
            var random = new Random(seed + i);
            var spec = Make(kind, schema, random);
            var manifest = new JsonObject { ["apiVersion"] = "drydock.dev/v1alpha1", ["kind"] = kind, ["metadata"] = new JsonObject { ["name"] = "random" }, ["spec"] = spec };
            var errors = SchemaCheck.Errors(schema, spec);
            var found = errors.Count > 0 ? errors : Findings(kind, SchemaCheck.Stored(schema, spec)!);
            var (status, body) = await servers.TryCreateAsync(manifest);
            var told = $"seed {seed + i}: {spec.ToJsonString()}\n{string.Join('\n', found)}\n{body}";
            status.ShouldBe(found.Count == 0 ? HttpStatusCode.Created : HttpStatusCode.UnprocessableEntity, told);
            (accepted, refused) = found.Count == 0 ? (accepted + 1, refused) : (accepted, refused + 1);
        }

        accepted.ShouldBeGreaterThan(Each / 10);
        refused.ShouldBeGreaterThan(Each / 10);
    }

    [Fact]
    public async Task Largest_installation_stays_within_CEL_cost_limits()
    {
        var manifest = Manifests.Upgrade("largest");
        manifest["spec"]!["regions"] = new JsonArray([.. Enumerable.Range(0, 2).Select(region => (JsonNode)new JsonObject
        {
            ["name"] = $"r{region}",
            ["nodes"] = new JsonArray([.. Enumerable.Range(0, 16).Select(node =>
            {
                var made = Manifests.Upgrade("x")["spec"]!["regions"]![0]!["nodes"]![0]!.DeepClone();
                (made["name"], made["hostIP"]) = ($"n{region}-{node}", $"192.0.{region}.{node}");
                return made;
            })]),
        })]);
        await servers.CreateAsync(manifest, Manifests.StoredPlan("Backup"));
        var (status, body) = await servers.TryChangeAsync("omsupgrades", "largest", spec => spec["paused"] = true);
        status.ShouldBe(HttpStatusCode.OK, body);
        (status, body) = await servers.TryChangeAsync("omsupgrades", "largest", spec => spec["regions"]![1]!["nodes"]![15]!["hostIP"] = "198.51.100.1");
        status.ShouldBe(HttpStatusCode.UnprocessableEntity, body);
        body.ShouldContain("spec.regions[].nodes[].hostIP is frozen");
    }

    private static JsonObject Make(string kind, JsonObject schema, Random random)
    {
        var spec = new SpecMaker(random).Make(schema).AsObject();
        if (random.Next(5) > 0)
        {
            new SpecMender(random).Mend(kind, spec);
        }

        if (random.Next(2) == 0)
        {
            new SpecBreaker(random).Break(schema, spec);
        }

        return spec;
    }

    private static IReadOnlyList<string> Findings(string kind, JsonNode spec) =>
    [
        .. (kind switch
        {
            OmsUpgrade.KindName => OmsUpgradeValidation.Validate(spec.Deserialize(CrdsJsonContext.Default.OmsUpgradeSpec)!),
            BackupSnapshot.KindName => BackupSnapshotValidation.Validate(spec.Deserialize(CrdsJsonContext.Default.BackupSnapshotSpec)!),
            _ => SnapshotRestoreValidation.Validate(spec.Deserialize(CrdsJsonContext.Default.SnapshotRestoreSpec)!),
        }).Where(finding => !Array.Exists(OnlyTheOperatorSees, message => finding.Message.EndsWith(message, StringComparison.Ordinal))).Select(finding => $"{finding.Field}: {finding.Message}"),
    ];

    private async Task<JsonObject> SchemaAsync(string plural)
    {
        var (status, body) = await (await servers.ModernAsync()).SendAsync(
            HttpMethod.Get, $"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{plural}.drydock.dev", cancellationToken: TestContext.Current.CancellationToken);
        status.ShouldBe(HttpStatusCode.OK, body);
        return JsonNode.Parse(body)!["spec"]!["versions"]![0]!["schema"]!["openAPIV3Schema"]!["properties"]!["spec"]!.AsObject();
    }
}
