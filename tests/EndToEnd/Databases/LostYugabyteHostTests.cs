using Drydock.Lab.Databases.Yugabyte;

namespace Drydock.Tests.EndToEnd.Databases;

/// <summary>A host that is lost for good while tablet servers are upgraded, and the one that replaces it.</summary>
[Collection(Lanes.Databases)]
[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class LostYugabyteHostTests(DatabaseStageFixture fixture)
{
    private const string Lost = "tserver-4";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Upgrade_continues_without_the_lost_host_and_with_its_replacement(bool isForgotten)
    {
        var stage = await fixture.ResetAsync();
        var options = YugabyteScenarioOptions.Yugabyte;
        await using var scenario = await YugabyteScenario.StartAsync(
            stage.Run,
            options with
            {
                Cluster = options.Cluster with { Name = isForgotten ? "ylf" : "ylb", Tservers = 4, Spares = 1 }
            },
            Token);
        var cluster = scenario.Cluster;
        var space = await stage.NewNamespaceAsync(scenario);
        await using var op = stage.StartOperator();
        var manifest = scenario.Manifest(space);
        manifest["spec"]!["holdBefore"] = new JsonArray("UpgradeTServers/tserver-2/drain");
        await stage.ApplyAsync(manifest);
        await stage.WaitForAsync(
            space, scenario,
            u => u.IsHeld() && u.Steps().Any(s => s["id"]!.GetValue<string>() == "UpgradeTServers/tserver-1/verify"
                && s["state"]!.GetValue<string>() == "Succeeded"),
            cancellationToken: Token);

        await scenario.HostOf(Lost).CrashAsync();
        await Deadline.UntilAsync(
            "the masters to notice that the server is dead",
            async token => (await cluster.AdminAsync(scenario.ToVersion, ["list_all_tablet_servers"], token)).OrThrow()
                .Contains("DEAD", StringComparison.Ordinal),
            cancellationToken: Token);
        await stage.PatchAsync(space, scenario.Name, """{"spec":{"holdBefore":null}}""");
        await stage.WaitForAsync(
            space, scenario,
            u => u.Message().Contains(
                $"remove {Lost} from the database and add it to spec.removedInstances", StringComparison.Ordinal),
            cancellationToken: Token);
        cluster.State().Tservers.Count(s => s.Version == scenario.ToVersion).ShouldBe(1);

        await TakeOutAsync(cluster, scenario.ToVersion, isForgotten);
        var spare = cluster.Spares[0];
        await cluster.InstallAsync(scenario.ToVersion, hosts: [spare.Host], cancellationToken: Token);
        await cluster.StartAsync(spare, scenario.ToVersion, Token);
        var added = new JsonObject
        {
            ["name"] = spare.Name,
            ["component"] = "Tserver",
            ["host"] = spare.Host.Address,
            ["port"] = spare.Rpc,
            ["statusPort"] = spare.Web,
            ["deployDir"] = spare.Link,
        };
        await stage.PatchAsync(space, scenario.Name, new JsonObject
        {
            ["spec"] = new JsonObject
            {
                ["removedInstances"] = new JsonArray(Lost),
                ["addedInstances"] = new JsonArray(added),
            }
        }.ToJsonString());

        var done = await stage.WaitForAsync(
            space, scenario, u => u.IsOver("Succeeded") || u.IsStalled(), cancellationToken: Token);
        done.Phase().ShouldBe("Succeeded", done.Message());

        done["status"]!["skipped"]!.AsArray().Single()!["name"]!.GetValue<string>().ShouldBe(Lost);
        (await scenario.ViolationsAsync(Token)).ShouldBeEmpty();
        var servers = cluster.State().Tservers.Where(s => s.Name != Lost).ToList();
        servers.ShouldAllBe(s => s.Version == scenario.ToVersion && s.Up);
        servers.ToDictionary(s => s.Name, s => s.Starts, StringComparer.Ordinal)
            .ShouldBe(new Dictionary<string, int>(StringComparer.Ordinal)
            {
                ["tserver-1"] = 2,
                ["tserver-2"] = 2,
                ["tserver-3"] = 2,
                [spare.Name] = 1
            });
        cluster.State().LeaderBlacklist.ShouldBeEmpty();
    }

    // In the server blacklist a dead server loses its data to the others; new versions can forget it as well.
    private static async Task TakeOutAsync(YugabyteCluster cluster, string version, bool isForgotten)
    {
        var lost = cluster.State().Server(Lost);
        (await cluster.AdminAsync(version, ["change_blacklist", "ADD", cluster.Server(Lost).RpcAddress], Token))
            .OrThrow();
        if (isForgotten)
        {
            await Deadline.UntilAsync(
                "the masters to forget the server",
                async token =>
                    (await cluster.AdminAsync(version, ["remove_tablet_server", lost.Uuid], token)).ExitCode == 0,
                cancellationToken: Token);
            (await cluster.AdminAsync(version, ["change_blacklist", "REMOVE", cluster.Server(Lost).RpcAddress], Token))
                .OrThrow();
        }
    }
}
