using Drydock.Tests.Unit.Crds.Specs.Making;

namespace Drydock.Tests.Unit.Crds.Specs;

/// <summary>The samples are what schema and rules take.</summary>
public sealed class SampleSpecTests
{
    private static readonly IReadOnlyDictionary<string, JsonNode> Manifests =
        Directory.EnumerateFiles(Repository.PathOf("config", "samples"), "*.yaml")
            .SelectMany(path => YamlToJson.ReadAll(path).Select(json =>
                ($"{Path.GetFileName(path)} {json["metadata"]!["name"]}", Json: JsonNode.Parse(json.ToJsonString())!)))
            .Where(sample => Schemas.Specs.ContainsKey(sample.Json["kind"]!.GetValue<string>()))
            .ToDictionary(sample => sample.Item1, sample => sample.Json, StringComparer.Ordinal);

    public static TheoryData<string> Samples => [.. Manifests.Keys.Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Samples))]
    public void Sample_fits_its_schema_and_breaks_no_rule(string name)
    {
        var (kind, spec) = Of(name);
        SchemaCheck.Errors(Schemas.Specs[kind], spec).ShouldBeEmpty();
        KindSpecs.Findings(KindSpecs.Read(kind, spec)).ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void Sample_that_is_no_reference_has_at_most_twelve_values(string name)
    {
        if (!name.Split(' ')[0].EndsWith("-all-fields.yaml", StringComparison.Ordinal))
        {
            Values(Of(name).Spec).ShouldBeLessThanOrEqualTo(12);
        }
    }

    [Fact]
    public void Samples_change_nothing_when_they_are_applied_unread()
    {
        var runs = Manifests.Keys.Select(Of)
            .Where(sample => Schemas.Specs[sample.Kind]["properties"]!.AsObject().ContainsKey("approval")).ToList();

        runs.Count.ShouldBeGreaterThan(8);
        runs.ShouldAllBe(sample => sample.Spec["approval"] == null && sample.Spec["approvals"] == null);
    }

    [Fact]
    public void Samples_cover_each_engine_and_access_and_are_planned()
    {
        var upgrades = Manifests.Keys.Select(Of).Where(sample => sample.Kind == DatabaseRollingUpgrade.KindName)
            .Select(sample => (DatabaseRollingUpgradeSpec)KindSpecs.Read(sample.Kind, sample.Spec))
            .Where(spec => spec.DiscoverFrom is null).ToList();
        upgrades.Select(spec => (spec.Engine, InContainers: spec.Access.Docker is not null))
            .Distinct()
            .ShouldBe(
                [(DatabaseEngine.TiDB, false), (DatabaseEngine.BMDB, false), (DatabaseEngine.BMDB, true)],
                ignoreOrder: true);
        foreach (var spec in upgrades)
        {
            DatabaseDiscoveryOf.Obstacle(spec).ShouldBeNull();
            DatabaseDiscoveryOf.Plan(spec).Steps.Count.ShouldBeGreaterThan(3 * spec.Instances.Count);
        }
    }

    private static int Values(JsonNode? node) => node switch
    {
        JsonObject { Count: > 0 } fields => fields.Sum(field => Values(field.Value)),
        JsonArray { Count: > 0 } items => items.Sum(Values),
        _ => 1,
    };

    private static (string Kind, JsonObject Spec) Of(string name) =>
        (Manifests[name]["kind"]!.GetValue<string>(), Manifests[name]["spec"]!.AsObject());
}
