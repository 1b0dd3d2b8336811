using Drydock.Lab.Databases.Yugabyte;

namespace Drydock.Tests.Integration.Databases.Yugabyte;

/// <summary>Plays the procedure by hand, command by command, with the checks a careful person makes.</summary>
/// <param name="cluster">The cluster.</param>
/// <param name="to">The version it goes to.</param>
internal sealed class ByHand(YugabyteCluster cluster, string to)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>The whole upgrade.</summary>
    public async Task UpgradeAsync()
    {
        await cluster.InstallAsync(to, cancellationToken: Token);
        await ProveAsync();
        await MastersAsync();
        await TserversAsync();
        await PromoteAsync();
        (await AdminAsync("list_all_tablet_servers")).ShouldNotContain("DEAD");
        await CatalogAsync();
    }

    /// <summary>The new package has every migration of the old one, and every AutoFlag that is promoted.</summary>
    private async Task ProveAsync()
    {
        var (old, next) = (cluster.DirectoryOf(cluster.Options.Version), cluster.DirectoryOf(to));
        async Task<string> ListAsync(string directory) => (await cluster.Hosts[0].RunAsync(
            $"ls {directory}/share/ysql_migrations | sed 's/^V[0-9.]*__//'", ct: Token)).OrThrow();
        (await ListAsync(old)).Split('\n')
            .Except((await ListAsync(next)).Split('\n'), StringComparer.Ordinal).ShouldBeEmpty();
        if (cluster.State().AutoFlags is { Count: > 0 } promoted)
        {
            var known = (await cluster.Hosts[0].RunAsync($"cat {next}/bin/auto_flags.json", ct: Token)).OrThrow();
            promoted.ShouldAllBe(flag => known.Contains($"\"{flag}\"", StringComparison.Ordinal));
        }
    }

    /// <summary>The masters, one after the other, the leader last.</summary>
    public async Task MastersAsync()
    {
        for (var left = cluster.Masters.ToList(); left.Count > 0;)
        {
            var leader = cluster.State().Leader;
            var next = left.FirstOrDefault(master => master.Name != leader) ?? left[0];
            await SwapAsync(next);
            left.Remove(next);
        }
    }

    /// <summary>The tablet servers, one after the other, each without leaders when it stops.</summary>
    public async Task TserversAsync()
    {
        foreach (var server in cluster.Tservers)
        {
            await DrainAsync(server);
            await SwapAsync(server);
            await UndrainAsync(server);
        }
    }

    /// <summary>Stops a server, starts its successor and waits for it.</summary>
    public async Task SwapAsync(YugabyteServer server)
    {
        await cluster.StopAsync(server, Token);
        await cluster.StartAsync(server, to, Token);
        await cluster.UntilAsync(
            $"{server.Name} to be up and led",
            state => state.Server(server.Name) is { Up: true } it && it.Version == to && state.Leader is not null,
            Token);
    }

    /// <summary>Puts a tablet server on the leader blacklist and waits until it leads nothing.</summary>
    public async Task DrainAsync(YugabyteServer server)
    {
        await AdminAsync("change_leader_blacklist", "ADD", server.RpcAddress);
        await cluster.UntilAsync(
            $"{server.Name} to lead nothing", state => state.Server(server.Name).Leaders == 0, Token);
        (await AdminAsync("get_leader_blacklist_completion")).ShouldStartWith("Percent complete = 100 : 0 remaining");
    }

    /// <summary>Waits until the tablets of a server are open and caught up, and lets it lead again.</summary>
    public async Task UndrainAsync(YugabyteServer server)
    {
        await HealthyAsync(server);
        await AdminAsync("change_leader_blacklist", "REMOVE", server.RpcAddress);
    }

    /// <summary>Waits until nothing runs behind on a tablet server.</summary>
    public Task HealthyAsync(YugabyteServer server) => Deadline.UntilAsync(
        $"the followers on {server.Name} to catch up",
        async token =>
        {
            var (_, metrics) = await cluster.GetAsync(server, "/metrics?metrics=follower_lag_ms", token);
            var (_, tablets) = await cluster.GetAsync(server, "/api/v1/tablets", token);
            using var json = System.Text.Json.JsonDocument.Parse(metrics);
            return !tablets.Contains("BOOTSTRAPPING", StringComparison.Ordinal)
                && json.RootElement.EnumerateArray().SelectMany(entity => entity.GetProperty("metrics")
                    .EnumerateArray()).All(metric => metric.GetProperty("value").GetDouble() < 1000);
        },
        cancellationToken: Token);

    /// <summary>promote_auto_flags, and the time they need to spread.</summary>
    public Task<string> PromoteAsync() => AdminAsync("promote_auto_flags");

    /// <summary>upgrade_ysql or upgrade_bsql with the time-out for it.</summary>
    public Task<string> CatalogAsync() => AdminAsync("-timeout_ms", "180000", cluster.Naming.UpgradeCatalog);

    private async Task<string> AdminAsync(params string[] arguments)
    {
        var result = await cluster.AdminAsync(to, arguments, Token);
        result.ExitCode.ShouldBe(0, result.Error);
        return result.Output;
    }
}
