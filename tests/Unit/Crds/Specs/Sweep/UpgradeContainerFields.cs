using static Drydock.Tests.Unit.Crds.Specs.Sweep.Upgrades;

namespace Drydock.Tests.Unit.Crds.Specs.Sweep;

/// <summary>What differs in the new containers, for all nodes and for one.</summary>
internal static class UpgradeContainerFields
{
    public static IEnumerable<FieldProof> All { get; } =
    [
        .. Of("container", spec => spec),
        .. Of("regions[].nodes[].container", spec => spec.Node()),
        InRun("container.stopGrace", () => Graces(s => s with { Container = Patient })[0].ShouldBe(77)),
        InRun("regions[].nodes[].container.stopGrace", () => Graces(s => s with
        {
            Regions = [s.Regions[0] with
            {
                Nodes = [s.Regions[0].Nodes[0] with { Container = Patient }, s.Regions[0].Nodes[1]]
            }],
        }).ShouldBe([77, 120])),
    ];

    private static ContainerSpec Patient => new() { StopGrace = "77s" };

    private static IEnumerable<FieldProof> Of(string path, Func<JsonObject, JsonObject> owner)
    {
        FieldProof Field(string name, string without, string with) =>
            Identity($"{path}.{name}", spec => owner(spec)["container"] = Json(with), spec =>
                owner(spec)["container"] = Json(without));
        yield return Field("memory", """{"memory":"16Gi"}""", """{"memory":"32Gi"}""");
        yield return Field("extraHosts", """{"extraHosts":[]}""", """{"extraHosts":["metadb:192.0.2.9"]}""");
        yield return Field("binds", """{"binds":[]}""", """{"binds":["/data/oms/logs:/opt/logs"]}""");
        yield return Field("labels", """{"labels":["a=b"]}""", """{"labels":["a=c"]}""");
        yield return Field(
            "env[].name", """{"env":[{"name":"A","value":"1"}]}""", """{"env":[{"name":"B","value":"1"}]}""");
        yield return Field(
            "env[].value", """{"env":[{"name":"A","value":"1"}]}""", """{"env":[{"name":"A","value":"2"}]}""");
        yield return Field("env[].valueFrom.secretKeyRef.name", Secret("oms", "token"), Secret("other", "token"));
        yield return Field("env[].valueFrom.secretKeyRef.key", Secret("oms", "token"), Secret("oms", "other"));
        yield return Field(
            "ulimits[].name", """{"ulimits":[{"name":"core","soft":1}]}""",
            """{"ulimits":[{"name":"stack","soft":1}]}""");
        yield return Field(
            "ulimits[].soft", """{"ulimits":[{"name":"core","soft":1,"hard":9}]}""",
            """{"ulimits":[{"name":"core","soft":2,"hard":9}]}""");
        yield return Field(
            "ulimits[].hard", """{"ulimits":[{"name":"core","soft":1,"hard":9}]}""",
            """{"ulimits":[{"name":"core","soft":1,"hard":8}]}""");
        yield return Field(
            "logConfig.driver", """{"logConfig":{"driver":"local"}}""", """{"logConfig":{"driver":"journald"}}""");
        yield return Field(
            "logConfig.options", """{"logConfig":{"driver":"local","options":["max-size=1m"]}}""",
            """{"logConfig":{"driver":"local","options":["max-size=2m"]}}""");
    }

    private static string Secret(string name, string key) =>
        $$"""{"env":[{"name":"A","valueFrom":{"secretKeyRef":{"name":"{{name}}","key":"{{key}}"} } }]}""";

    private static List<int> Graces(Func<OmsUpgradeSpec, OmsUpgradeSpec> change)
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false }).Apply(change);
        world.RunUntil(() => world.Count("stop") == 2, "the old ones are stopped");
        return [.. world.Hosts.Select(host => host.Graces.Single())];
    }
}
