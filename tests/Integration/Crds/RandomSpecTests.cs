using Drydock.Crds.BackupSnapshots;
using Drydock.Crds.OmsUpgrades;
using Drydock.Crds.SnapshotRestores;
using Drydock.Tests.Unit.Crds.Specs.Making;

namespace Drydock.Tests.Integration.Crds;

/// <summary>
/// Some hundred random specs on a current server: it accepts what keeps every rule, and refuses what the schema check
/// of the tests refuses.
/// </summary>
[Trait(SampleTrait.Name, SampleTrait.All)]
[Collection(CrdServersCollection.Name)]
[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class RandomSpecTests(CrdServers servers)
{
    private const int Each = 150;

    [Theory]
    [InlineData("omsupgrades", OmsUpgrade.KindName)]
    [InlineData("backupsnapshots", BackupSnapshot.KindName)]
    [InlineData("snapshotrestores", SnapshotRestore.KindName)]
    public async Task Current_server_judges_random_specs_as_the_schema_check_does(string plural, string kind)
    {
        var schema = await SchemaAsync(plural);
        var seed = Random.Shared.Next();
        var (accepted, refused) = (0, 0);
        for (var i = 0; i < Each; i++)
        {
            var (spec, keepsRules) = Make(kind, schema, new Random(seed + i));
            var manifest = new JsonObject
            {
                ["apiVersion"] = "drydock.dev/v1alpha1",
                ["kind"] = kind,
                ["metadata"] = new JsonObject { ["name"] = "random" },
                ["spec"] = spec
            };
            var errors = SchemaCheck.Errors(schema, spec);
            var (status, body) = await servers.TryCreateAsync(manifest);
            var told = $"seed {seed + i}: {spec.ToJsonString()}\n{string.Join('\n', errors)}\n{body}";
            if (errors.Count > 0)
            {
                status.ShouldBe(HttpStatusCode.UnprocessableEntity, told);
            }
            else if (keepsRules)
            {
                status.ShouldBe(HttpStatusCode.Created, told);
            }

            (accepted, refused) = status == HttpStatusCode.Created ? (accepted + 1, refused) : (accepted, refused + 1);
        }

        accepted.ShouldBeGreaterThan(Each / 10);
        refused.ShouldBeGreaterThan(Each / 10);
    }

    [Fact]
    public async Task Largest_installation_stays_within_CEL_cost_limits()
    {
        var manifest = Manifests.Upgrade("largest");
        manifest["spec"]!["regions"] = new JsonArray(
            [.. Enumerable.Range(0, 2).Select(region => (JsonNode)new JsonObject
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
        (status, body) = await servers.TryChangeAsync(
            "omsupgrades", "largest", spec => spec["regions"]![1]!["nodes"]![15]!["hostIP"] = "198.51.100.1");
        status.ShouldBe(HttpStatusCode.UnprocessableEntity, body);
        body.ShouldContain("spec.regions[].nodes[].hostIP is frozen");
    }

    private static (JsonObject Spec, bool KeepsRules) Make(string kind, JsonObject schema, Random random)
    {
        var spec = new SpecMaker(random).Make(schema).AsObject();
        var (isMended, isBroken) = (random.Next(5) > 0, random.Next(2) == 0);
        if (isMended)
        {
            new SpecMender(random).Mend(kind, spec);
        }

        if (isBroken)
        {
            new SpecBreaker(random).Break(schema, spec);
        }

        return (spec, isMended && !isBroken);
    }

    private async Task<JsonObject> SchemaAsync(string plural)
    {
        var (status, body) = await (await servers.ModernAsync()).SendAsync(
            HttpMethod.Get, $"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{plural}.drydock.dev",
            cancellationToken: TestContext.Current.CancellationToken);
        status.ShouldBe(HttpStatusCode.OK, body);
        return JsonNode.Parse(body)!["spec"]!["versions"]![0]!["schema"]!["openAPIV3Schema"]!["properties"]!["spec"]!
            .AsObject();
    }
}
