using Drydock.Lab.Databases.Scenarios;
using Drydock.Lab.Databases.TiDb;
using Drydock.Lab.Upgrades;
using Drydock.Tests.EndToEnd.Support;

namespace Drydock.Tests.EndToEnd.Databases;

/// <summary>
/// Manifests that name one address. The hosts of the lab have no cgroups of systemd, so what controls a process is not
/// certain there: each process that was found is a question with the field to set.
/// </summary>
[Collection(Lanes.TiDb)]
public sealed class DiscoveryTests(DatabaseStageFixture fixture)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Processes_of_TiDB_are_found_from_one_PD()
    {
        var stage = await fixture.ResetAsync();
        await using var scenario = await TiDbScenario.StartAsync(stage.Run, new TiDbScenarioOptions { Cluster = new TiDbClusterOptions { Name = "tid" } }, Token);
        await FindAsync(stage, scenario, "PD");
    }

    [Fact]
    public async Task Processes_of_YugabyteDB_are_found_from_one_master()
    {
        var stage = await fixture.ResetAsync();
        await using var scenario = await YugabyteScenario.StartAsync(stage.Run, YugabyteScenarioOptions.Yugabyte with { Cluster = YugabyteScenarioOptions.Yugabyte.Cluster with { Name = "ybd" } }, Token);
        await FindAsync(stage, scenario, "Master");
    }

    private static async Task FindAsync(DatabaseStage stage, IDatabaseScenario scenario, string seed)
    {
        var space = await stage.NewNamespaceAsync(scenario);
        await using var op = stage.StartOperator();
        var manifest = scenario.Manifest(space);
        var spec = manifest["spec"]!.AsObject();
        var typed = spec["instances"]!.AsArray();
        spec["seed"] = typed.First(i => i!["component"]!.GetValue<string>() == seed)!["host"]!.GetValue<string>();
        spec.Remove("instances");
        spec.Remove("control");

        await stage.ApplyAsync(manifest);
        var refused = await stage.WaitForAsync(space, scenario, u => u.Steps().Count > 0 || u.Findings().Count > 0, cancellationToken: Token);

        var asked = refused.Findings();
        asked.ShouldAllBe(f => f.StartsWith("ControlMismatch: How ", StringComparison.Ordinal) && f.EndsWith("or in spec.defaults.", StringComparison.Ordinal));
        asked.Select(f => f.Split(" on ")[1].Split(' ')[0]).Order(StringComparer.Ordinal)
            .ShouldBe(typed.Select(i => i!["host"]!.GetValue<string>()).Order(StringComparer.Ordinal));
    }
}
