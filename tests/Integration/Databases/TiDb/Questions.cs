using Drydock.Lab.Databases;
using Drydock.Lab.Databases.TiDb;

namespace Drydock.Tests.Integration.Databases.TiDb;

/// <summary>Asking a cluster the way an operator or a person does.</summary>
internal static class Questions
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>The place of the PD leader, once there is one.</summary>
    public static async Task<TiDbInstance> LeaderAsync(this TiDbCluster cluster)
    {
        var leader = "";
        await Deadline.UntilAsync(
            "a PD leader", _ => Task.FromResult((leader = cluster.Truth().PdLeader).Length > 0),
            cancellationToken: Token);
        return cluster.Instance(leader);
    }

    /// <summary>A PD that does not lead.</summary>
    public static async Task<TiDbInstance> FollowerAsync(this TiDbCluster cluster)
    {
        var leader = await cluster.LeaderAsync();
        return cluster.Of("pd").First(i => i != leader);
    }

    /// <summary>Asks PD, by any member.</summary>
    public static Task<JsonElement> PdAsync(this TiDbCluster cluster, string path) =>
        cluster.JsonAsync(cluster.Instance("pd-1"), "/pd/api/v1" + path, Token);

    /// <summary>The element of a store.</summary>
    public static Task<JsonElement> StoreAsync(this TiDbCluster cluster, string process) =>
        cluster.PdAsync(string.Create(CultureInfo.InvariantCulture, $"/store/{cluster.Truth().Stores[process].Id}"));

    /// <summary>leader_count as PD says it; absent is 0.</summary>
    public static async Task<int> LeaderCountAsync(this TiDbCluster cluster, string process) =>
        (await cluster.StoreAsync(process)).GetProperty("status").TryGetProperty("leader_count", out var count)
            ? count.GetInt32()
            : 0;

    /// <summary>Adds the evict-leader scheduler of a store.</summary>
    public static Task<(HttpStatusCode Status, string Body)> EvictAsync(this TiDbCluster cluster, string process) =>
        cluster.HttpAsync(
            cluster.Instance("pd-1"), HttpMethod.Post, "/pd/api/v1/schedulers",
            $$"""{"name":"evict-leader-scheduler","store_id":{{cluster.Truth().Stores[process].Id}}}""", Token);

    /// <summary>Removes it.</summary>
    public static Task<(HttpStatusCode Status, string Body)> EndEvictAsync(this TiDbCluster cluster, string process) =>
        cluster.HttpAsync(
            cluster.Instance("pd-1"), HttpMethod.Delete, string.Create(
                CultureInfo.InvariantCulture,
                $"/pd/api/v1/schedulers/evict-leader-scheduler-{cluster.Truth().Stores[process].Id}"),
            cancellationToken: Token);

    /// <summary>Waits for what sends no event.</summary>
    public static Task UntilAsync(string what, Func<Task<bool>> probe) =>
        Deadline.UntilAsync(what, _ => probe(), cancellationToken: Token);

    /// <summary>Waits for what the truth tells.</summary>
    public static Task UntilAsync(this TiDbCluster cluster, string what, Func<TiDbTruth, bool> holds) =>
        Deadline.UntilAsync(what, _ => Task.FromResult(holds(cluster.Truth())), cancellationToken: Token);

    /// <summary>Waits until a TCP port of a place is open or closed.</summary>
    public static Task PortAsync(TiDbInstance instance, bool open) => Deadline.UntilAsync(
        $"port {instance.Port} of {instance.Name} to be {(open ? "open" : "closed")}",
        async token =>
        {
            using var client = new System.Net.Sockets.TcpClient();
            try
            {
                await client.ConnectAsync(instance.Host.Address, instance.Port, token);
                return open;
            }
            catch (System.Net.Sockets.SocketException)
            {
                return !open;
            }
        },
        cancellationToken: Token);

    /// <summary>Opens a connection to the SQL port of a place.</summary>
    public static Task<MySqlSession> SqlAsync(TiDbInstance tidb, string user = "root", string password = "") =>
        MySqlSession.OpenAsync(
            new MySqlOptions
            {
                Server = tidb.Host.Address,
                Port = tidb.Port,
                UserID = user,
                Password = password,
                ConnectionTimeout = 5,
            },
            Token);

    /// <summary>Runs a statement and returns its rows by the names of the columns.</summary>
    public static async Task<IReadOnlyList<IReadOnlyDictionary<string, string?>>> RowsAsync(
        TiDbInstance tidb, string statement)
    {
        await using var session = await SqlAsync(tidb);
        return await session.QueryAsync(
            statement,
            static row => (IReadOnlyDictionary<string, string?>)Enumerable.Range(0, row.Columns).ToDictionary(
                row.Name, row.Text, StringComparer.Ordinal),
            Token);
    }

    /// <summary>Runs a statement that returns nothing.</summary>
    public static async Task ExecuteAsync(TiDbInstance tidb, string statement)
    {
        await using var session = await SqlAsync(tidb);
        await session.ExecuteAsync(statement, Token);
    }

    /// <summary>The words of the violations.</summary>
    public static IEnumerable<string> Words(this IEnumerable<StandinEvent> violations) =>
        violations.Select(v => v.What);

    /// <summary>One fault.</summary>
    public static Task FaultAsync(
        this TiDbCluster cluster, string process, string on, string @do, string body = "", int times = 1,
        string delay = "", int status = 0) =>
        cluster.Directory.SetFaultsAsync(
            [new StandinFault
            {
                Id = @do + " " + on,
                Process = process,
                On = on,
                Do = @do,
                Body = body,
                Times = times,
                Delay = delay,
                Status = status
            }],
            Token);
}
