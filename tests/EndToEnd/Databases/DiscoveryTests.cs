using Drydock.Lab.Databases.TiDb;
using Drydock.Lab.Databases.Yugabyte;

namespace Drydock.Tests.EndToEnd.Databases;

/// <summary>
/// Manifests that <c>kubectl drydock init</c> writes from one address: preflight finds every process, how it is started
/// and stopped, and where it is installed. Each comes to a plan once the archive is filled in.
/// </summary>
[Collection(Lanes.TiDb)]
[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class DiscoveryTests(DatabaseStageFixture fixture)
{
    private const int Done = 0;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(TiDbSupervision.Systemd)]
    [InlineData(TiDbSupervision.Supervise)]
    public async Task Processes_of_TiDB_are_found_from_one_PD(TiDbSupervision supervision)
    {
        var stage = await fixture.ResetAsync();
        await using var scenario = await TiDbScenario.StartAsync(stage.Run, new TiDbScenarioOptions
        {
            Cluster = new TiDbClusterOptions
            {
                Name = $"ti{supervision.ToString()[..2].ToLowerInvariant()}",
                Supervision = supervision
            }
        }, Token);
        await FindAsync(stage, scenario, "tidb", "--pd", scenario.Cluster.Instance("pd-1").Host.Address);
    }

    [Theory]
    [InlineData(YugabyteControl.Systemd)]
    [InlineData(YugabyteControl.Process)]
    public async Task Processes_of_YugabyteDB_are_found_from_one_master(YugabyteControl control)
    {
        var stage = await fixture.ResetAsync();
        var options =
            control == YugabyteControl.Systemd ? YugabyteScenarioOptions.Yugabyte : YugabyteScenarioOptions.Bmdb;
        await using var scenario = await YugabyteScenario.StartAsync(stage.Run, options with
        {
            Cluster = options.Cluster with { Name = $"yb{control.ToString()[..2].ToLowerInvariant()}" }
        }, Token);
        string[] dialect = control == YugabyteControl.Process ? ["--bmdb"] : [];
        await FindAsync(stage, scenario, ["yugabyte", "--master", scenario.Cluster.Masters[0].WebAddress, .. dialect]);
    }

    private static async Task FindAsync(DatabaseStage stage, IDatabaseScenario scenario, params string[] look)
    {
        var space = await stage.NewNamespaceAsync(scenario);
        await using var op = stage.StartOperator();
        var user = new Plugin(stage.ControlPlane.AdminKubeconfig, space);
        var typed = scenario.Manifest(space)["spec"]!;
        var manifest = new WrittenManifest(Path.Combine(stage.Run.FolderFor($"init-{space}"), "upgrade.yaml"));

        await user.RunLocalAsync(Done, [
            "init", .. look, "--to-version", scenario.ToVersion, "--user", scenario.Hosts[0].User, "--file",
            manifest.File]);
        await FillAsync(manifest, typed["package"]!);
        if (look[0] == "tidb")
        {
            // As the comment in the manifest says.
            await manifest.FillAsync(
                "    backup: {databases: [FILL-IN]}", "  preflight: {acknowledge: [NoBackup]}");
        }

        var found = JsonNode.Parse(await user.RunAsync(Done, "check", "-f", manifest.File, "-o", "json"))!;
        var steps = found["plans"]![0]!["phases"]!.AsArray().SelectMany(p => p!["steps"]!.AsArray())
            .Select(s => s!["id"]!.GetValue<string>());
        steps.Count(id => id.EndsWith("/swap", StringComparison.Ordinal)).ShouldBe(typed["instances"]!.AsArray().Count);
    }

    private static async Task FillAsync(WrittenManifest manifest, JsonNode package)
    {
        var archive = package["archives"]![0]!;
        var text = await File.ReadAllLinesAsync(manifest.File, Token);
        string Line(string field) =>
            text.Single(line => line.TrimStart(' ', '-').StartsWith(field + ":", StringComparison.Ordinal));
        await manifest.FillAsync(Line("directory"), $"    directory: {package["directory"]}");
        await manifest.FillAsync(
            "/var/lib/drydock/images", archive["storage"]!["directory"]!["path"]!.GetValue<string>());
        await manifest.FillAsync(Line("path"), $"      path: {archive["path"]}");
        await manifest.FillAsync(Line("sha256"), $"      sha256: \"{archive["sha256"]}\"");
    }
}
