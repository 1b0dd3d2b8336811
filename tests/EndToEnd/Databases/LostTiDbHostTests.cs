using System.Net;
using Drydock.Lab.Databases.TiDb;

namespace Drydock.Tests.EndToEnd.Databases;

/// <summary>A host that is lost for good while TiKVs are upgraded, and the one that replaces it.</summary>
[Collection(Lanes.TiDb)]
[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class LostTiDbHostTests(DatabaseStageFixture fixture)
{
    private const string Lost = "tikv-4";
    private const string Repair = "replica-schedule-limit";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Upgrade_continues_without_the_lost_host_and_with_its_replacement()
    {
        var stage = await fixture.ResetAsync();
        await using var scenario = await TiDbScenario.StartAsync(
            stage.Run,
            new TiDbScenarioOptions
            {
                Cluster = new TiDbClusterOptions { Name = "tlo", Hosts = 4, Pds = 3, Tidbs = 3, Pumps = 0, Spares = 1 }
            },
            Token);
        var cluster = scenario.Cluster;
        var former = cluster.Truth().Schedule[Repair];
        var space = await stage.NewNamespaceAsync(scenario);
        await using var op = stage.StartOperator();
        var manifest = scenario.Manifest(space);
        manifest["spec"]!["holdBefore"] = new JsonArray("UpgradeTiKV/tikv-2/drain");
        await stage.ApplyAsync(manifest);
        await stage.WaitForAsync(
            space, scenario,
            u => u.IsHeld() && u.Steps().Any(s => s["id"]!.GetValue<string>() == "UpgradeTiKV/tikv-1/verify"
                && s["state"]!.GetValue<string>() == "Succeeded"),
            cancellationToken: Token);

        await scenario.HostOf(Lost).CrashAsync();
        await stage.PatchAsync(space, scenario.Name, """{"spec":{"holdBefore":null}}""");
        await stage.WaitForAsync(
            space, scenario,
            u => u.Message().Contains(
                $"remove {Lost} from the database and add it to spec.removedInstances", StringComparison.Ordinal),
            cancellationToken: Token);
        cluster.Truth().Versions["tikv-2"].ShouldBe(cluster.Options.Version);
        cluster.Truth().Schedule[Repair].ShouldBe("0", "PD changes no replicas while two versions run");

        // PD repairs the Regions of the lost store once the upgrade has stopped: tikv/tikv#8967.
        var stopped = await stage.WaitForAsync(
            space, scenario, u => u.IsStalled() && cluster.Truth().Schedule[Repair] != "0", cancellationToken: Token);
        cluster.Truth().Schedule[Repair].ShouldBe(former, stopped.Message());
        await DeleteStoreAsync(cluster);
        var spare = cluster.Spares[0];
        await cluster.StartSpareAsync(spare, scenario.ToVersion, Token);
        var added = new JsonObject
        {
            ["name"] = spare.Name,
            ["component"] = "TiKV",
            ["host"] = spare.Host.Address,
            ["port"] = spare.Port,
            ["statusPort"] = spare.StatusPort,
            ["deployDir"] = spare.DeployDir,
        };
        await stage.PatchAsync(space, scenario.Name, new JsonObject
        {
            ["spec"] = new JsonObject
            {
                ["removedInstances"] = new JsonArray(Lost),
                ["addedInstances"] = new JsonArray(added),
            }
        }.ToJsonString());
        await stage.AnnotateAsync(space, scenario.Name, $"drydock.dev/retry={stopped.RetryWord()}");

        await stage.WaitForAsync(space, scenario, u => !u.IsStalled(), cancellationToken: Token);
        var done = await stage.WaitForAsync(
            space, scenario, u => u.IsOver("Succeeded") || u.IsStalled(), cancellationToken: Token);
        done.Phase().ShouldBe("Succeeded", done.Message());

        done["status"]!["skipped"]!.AsArray().Single()!["name"]!.GetValue<string>().ShouldBe(Lost);
        (await scenario.ViolationsAsync(Token)).ShouldBeEmpty();
        var truth = cluster.Truth();
        truth.Versions.Where(v => v.Key != Lost).ShouldAllBe(v => v.Value == scenario.ToVersion);
        truth.Starts.Where(s => s.Key != Lost && s.Key != spare.Name && s.Value != 2).ShouldBeEmpty();
        (truth.Starts[Lost], truth.Starts[spare.Name]).ShouldBe((1, 1));
        truth.ClusterVersion.ShouldBe(scenario.ToVersion);
        truth.EvictedStores.ShouldBeEmpty();
        truth.Schedule[Repair].ShouldBe("16");
    }

    // PD copies the Regions of a store that is taken out to the others, and then buries it.
    private static async Task DeleteStoreAsync(TiDbCluster cluster)
    {
        var pd = cluster.Instance("pd-1");
        var path = FormattableString.Invariant($"/pd/api/v1/store/{cluster.Truth().Stores[Lost].Id}");
        (await cluster.HttpAsync(pd, HttpMethod.Delete, path, cancellationToken: Token)).Status
            .ShouldBe(HttpStatusCode.OK);
        await Deadline.UntilAsync(
            "the store to become Tombstone",
            async token => (await cluster.JsonAsync(pd, path, token)).GetProperty("store")
                .GetProperty("state_name").GetString() == "Tombstone",
            cancellationToken: Token);
    }
}
