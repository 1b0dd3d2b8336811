using Drydock.Lab.Databases.TiDb;

namespace Drydock.Tests.Integration.Databases.TiDb;

/// <summary>A rolling upgrade as a careful person does it, in a shell on each host.</summary>
/// <param name="cluster">The cluster.</param>
/// <param name="package">Folder of the new version inside the hosts.</param>
internal sealed class ByHand(TiDbCluster cluster, string package)
{
    private const string Version = "3.0.9";
    private static readonly string[] Limits =
        ["replica-schedule-limit", "region-schedule-limit", "merge-schedule-limit"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>All of it, in the right order.</summary>
    public async Task UpgradeAsync()
    {
        await UpgradePdAsync();
        var former = await HoldReplicasAsync();
        foreach (var tikv in cluster.Of("tikv"))
        {
            await UpgradeTiKvAsync(tikv);
        }

        await SetLimitsAsync(former);

        foreach (var component in new[] { "pump", "tidb", "drainer" })
        {
            foreach (var instance in cluster.Of(component))
            {
                await SwapAsync(instance);
                await RunsAsync(instance);
            }
        }
    }

    /// <summary>Followers, then the leader after it has resigned.</summary>
    public async Task UpgradePdAsync()
    {
        var leader = await cluster.LeaderAsync();
        foreach (var pd in cluster.Of("pd").Where(i => i != leader).Append(leader))
        {
            if (pd == await cluster.LeaderAsync())
            {
                await cluster.HttpAsync(pd, HttpMethod.Post, "/pd/api/v1/leader/resign", cancellationToken: Token);
                await cluster.UntilAsync(
                    $"{pd.Name} to lead no more", t => t.PdLeader.Length > 0 && t.PdLeader != pd.Name);
            }

            await SwapAsync(pd);
            await RunsAsync(pd);
        }

        await cluster.WaitUntilAtRestAsync(Token);
    }

    /// <summary>PD changes no replicas while TiKVs of two majors are up (tikv/tikv#8967).</summary>
    /// <returns>The limits to restore.</returns>
    public async Task<IReadOnlyDictionary<string, int>> HoldReplicasAsync()
    {
        var schedule = cluster.Truth().Schedule;
        var former = Limits.ToDictionary(
            name => name, name => int.Parse(schedule[name], CultureInfo.InvariantCulture), StringComparer.Ordinal);
        await SetLimitsAsync(Limits.ToDictionary(name => name, _ => 0, StringComparer.Ordinal));
        await Questions.UntilAsync("PD to have no operator", async () =>
            (await cluster.JsonAsync(cluster.Instance("pd-1"), "/pd/api/v1/operators", Token)).GetArrayLength() == 0);
        return former;
    }

    /// <summary>Sets schedule limits.</summary>
    public async Task SetLimitsAsync(IReadOnlyDictionary<string, int> limits) =>
        (await cluster.HttpAsync(
            cluster.Instance("pd-1"), HttpMethod.Post, "/pd/api/v1/config", JsonSerializer.Serialize(limits),
            Token)).Status.ShouldBe(HttpStatusCode.OK);

    /// <summary>Drained, swapped, Up again, and allowed to lead again.</summary>
    public async Task UpgradeTiKvAsync(TiDbInstance tikv)
    {
        await cluster.EvictAsync(tikv.Name);
        await cluster.UntilAsync($"{tikv.Name} to lead nothing", t => t.Stores[tikv.Name].Leaders == 0);
        var before = cluster.Truth().Stores[tikv.Name].StartedAt;
        // 3.0 serves its status where it is told to, and 2.1's script says nothing of it.
        await TiDbCluster.RunAsync(tikv, string.Create(
            CultureInfo.InvariantCulture, $"grep -q status-addr {tikv.DeployDir}/conf/tikv.toml || "
                + $"sed -i 's/^\\[server\\]/[server]\\nstatus-addr = \"0.0.0.0:{tikv.StatusPort}\"/' "
                + $"{tikv.DeployDir}/conf/tikv.toml"), Token);
        await SwapAsync(tikv);
        await Questions.UntilAsync(
            $"{tikv.Name} to be Up", async () => (await cluster.StoreAsync(tikv.Name)) is var store
                && store.GetProperty("store").GetProperty("state_name").GetString() == "Up"
                && store.GetProperty("store").GetProperty("version").GetString() == Version
                && store.GetProperty("status").GetProperty("start_ts").GetDateTimeOffset() > before);
        (await cluster.EndEvictAsync(tikv.Name)).Status.ShouldBe(System.Net.HttpStatusCode.OK);
        await cluster.UntilAsync(
            $"{tikv.Name} to lead again", t => t.EvictedStores.Count == 0 && t.Stores[tikv.Name].Leaders > 0);
    }

    /// <summary>Stop, the new program beside the old one and then in its place, start.</summary>
    public async Task SwapAsync(TiDbInstance instance)
    {
        await cluster.StopAsync(instance, Token);
        await GoneAsync(instance);
        await TiDbCluster.RunAsync(
            instance,
            $"cd {instance.DeployDir}/bin && cp {package}/bin/{instance.Program} {instance.Program}.new && mv "
            + $"{instance.Program} {instance.Program}.old && mv {instance.Program}.new {instance.Program}",
            Token);
        await cluster.StartAsync(instance, Token);
    }

    /// <summary>
    /// Waits until neither the process nor its supervise exists. A supervise that is about to exit still holds the lock
    /// of its directory, and the start script starts no other one then.
    /// </summary>
    public static Task GoneAsync(TiDbInstance instance) =>
        Questions.UntilAsync($"{instance.Name} to be gone", async () =>
        {
            var supervise = instance.Unit is null ? $"|supervise {instance.StatusDir}$" : "";
            return (await instance.Host.RunAsync(
                $"pgrep -f '^bin/({instance.Program} {supervise})'", ct: Token)).ExitCode != 0;
        });

    /// <summary>Waits until a place runs the new version and does its work.</summary>
    public async Task RunsAsync(TiDbInstance instance) =>
        await Questions.UntilAsync($"{instance.Name} to run", async () => instance.Component switch
        {
            "pd" => (await cluster.HttpAsync(
                instance, HttpMethod.Get, "/health", cancellationToken: Token)).Body == """{"health":"true"}""",
            "tidb" => (await cluster.JsonAsync(instance, "/status", Token)).GetProperty("version").GetString()!
                .EndsWith("v" + Version, StringComparison.Ordinal),
            _ => cluster.Truth() is var truth && truth.Versions[instance.Name] == Version
                && truth.BinlogStates[instance.Name] == "online",
        });
}
