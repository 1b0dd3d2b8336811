using Drydock.Lab.Databases.Yugabyte;

namespace Drydock.Tests.Integration.Databases.Yugabyte;

/// <summary>What the tests of the stand-in share: a cluster of a test's own, and short ways to ask it.</summary>
public abstract class YugabyteTest(LabFixture lab)
{
    /// <summary>
    /// Source and target of most upgrades: both have an answer of their own to almost everything that changed.
    /// </summary>
    protected const string Old = "2.18.4.0-b52";

    protected const string New = "2.20.2.0-b10";

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    protected async Task<YugabyteCluster> StartAsync(YugabyteClusterOptions? options = null)
    {
        options ??= new YugabyteClusterOptions();
        return await YugabyteCluster.StartAsync(await lab.RunAsync(), options with { Name = Unique() }, Token);
    }

    protected async Task<(YugabyteCluster Source, YugabyteCluster Target)> StartPairAsync(
        YugabyteClusterOptions options, bool bothWays = false) =>
        await YugabyteCluster.StartPairAsync(
            await lab.RunAsync(), options with { Name = Unique() }, options with { Name = Unique() }, "repl_group1",
            bothWays, Token);

    // Interfaces and namespaces have short names.
    private static string Unique() => LabFixture.UniqueName("y").Replace("-", "", StringComparison.Ordinal);

    protected static YugabyteServer LeaderOf(YugabyteCluster cluster, YugabyteState state) =>
        cluster.Server(state.Leader.ShouldNotBeNull());

    protected static YugabyteServer Leader(YugabyteCluster cluster) => LeaderOf(cluster, cluster.State());

    protected static YugabyteServer Follower(YugabyteCluster cluster)
    {
        var leader = Leader(cluster);
        return cluster.Masters.First(master => master != leader);
    }

    protected static async Task<JsonElement> JsonAsync(YugabyteCluster cluster, YugabyteServer server, string path)
    {
        var (status, body) = await cluster.GetAsync(server, path, Token);
        status.ShouldBe(200, body);
        using var json = JsonDocument.Parse(body);
        return json.RootElement.Clone();
    }

    protected static async Task<string> AdminAsync(YugabyteCluster cluster, params string[] arguments)
    {
        var result = await cluster.AdminAsync(arguments);
        result.ExitCode.ShouldBe(0, result.Error);
        return result.Output;
    }

    protected static async Task<LabHostResult> RefusedAsync(YugabyteCluster cluster, params string[] arguments)
    {
        var result = await cluster.AdminAsync(arguments);
        result.ExitCode.ShouldBe(1, result.Output);
        return result;
    }

    protected static async Task<string[]> ViolationsAsync(YugabyteCluster cluster) =>
        [.. (await cluster.EndCheckAsync(Token)).Select(violation => violation.What).Distinct()
            .Order(StringComparer.Ordinal)];

    protected static int LeadersOf(YugabyteState state, YugabyteServer server) => state.Server(server.Name).Leaders;
}
