namespace Drydock.Lab.Accidents;

/// <summary>The metadata database: down, cut off, read-only, full, wrongly configured, with a wrong clock.</summary>
internal static class MetaDbAccidents
{
    private const int Bytes = 4096;
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(5);

    public static IReadOnlyList<IAccident> All { get; } =
    [
        New("metadb-restart", (scene, token) => scene.Stage.MetaDb.RestartAsync(token)),
        New("metadb-kill", async (scene, token) =>
        {
            await scene.Stage.MetaDb.KillAsync();
            await scene.Stage.MetaDb.StartAsync(token);
        }),
        New("metadb-down", (scene, _) => scene.Stage.MetaDb.KillAsync(), "start the server", StartAsync),
        New("metadb-network-5s", async (scene, token) =>
        {
            await scene.Stage.MetaDb.CutNetworkAsync(token);
            // This delay is the length of the outage.
            await Task.Delay(Short, token);
            await scene.Stage.MetaDb.RestoreNetworkAsync(token);
        }),
        New(
            "metadb-network-cut", (scene, token) => scene.Stage.MetaDb.CutNetworkAsync(token), "repair the network",
            (scene, token) => scene.Stage.MetaDb.RestoreNetworkAsync(token)),
        New(
            "metadb-read-only", (scene, token) => scene.Stage.MetaDb.SetReadOnlyAsync(true, token),
            "SET GLOBAL read_only = 0", (scene, token) => scene.Stage.MetaDb.SetReadOnlyAsync(false, token)),
        New(
            "metadb-cut-mid-dump", Now(scene => scene.Faults.MetaDb.CutAfterAsync(IsDump, fromServer: true, Bytes)),
            null, Now(scene => scene.Faults.MetaDb.StopCutting())),
        New(
            "metadb-cut-mid-restore", Now(scene => scene.Faults.MetaDb.CutAfterAsync(IsLoad, fromServer: false, Bytes)),
            null, Now(scene => scene.Faults.MetaDb.StopCutting())),
        New("metadb-disk-full", (scene, token) => scene.Stage.MetaDb.FillDiskAsync(token), "make room", async (
            scene, token) =>
        {
            scene.Stage.MetaDb.FreeDisk();
            await StartAsync(scene, token); // a server that could not write its log has ended itself
        }),
        New(
            "metadb-charset-default", (scene, token) => CharsetAsync(scene, "latin1", "latin1_swedish_ci", token), null,
            (scene, token) => CharsetAsync(scene, "utf8mb4", "utf8mb4_general_ci", token)) with
        {
            IsDeferred = true
        },
        // CREATE and DROP are missing. The privileges to read views, triggers, events and routines stay, because OMS
        // uses the same account.
        New(
            "metadb-privileges-missing", (scene, _) => scene.Stage.Oms.SetPrivilegesAsync(
                "SELECT, INSERT, UPDATE, DELETE, ALTER, INDEX, REFERENCES, LOCK TABLES, SHOW VIEW, CREATE VIEW, "
                + "TRIGGER, EVENT, CREATE ROUTINE, ALTER ROUTINE, EXECUTE"),
            "GRANT what is missing", (scene, _) => scene.Stage.Oms.SetPrivilegesAsync("ALL PRIVILEGES")) with
        {
            IsDeferred = true
        },
        New(
            "metadb-clock-10min", (scene, token) => scene.Stage.MetaDb.SetClockAsync(TimeSpan.FromMinutes(10), token),
            "set the server's clock", (scene, token) => scene.Stage.MetaDb.SetClockAsync(TimeSpan.Zero, token)),
        // MariaDB from 10.3 on permits a statement that MySQL refuses (DELETE … WHERE id < (SELECT max(id) FROM the
        // same table)), so the proxy gives MySQL's answer.
        New("metadb-error-1093", Now(scene => scene.Faults.Ledger.When(
            point => point.Side == FaultSide.Before && point.Act is { Proxy: "sql", Verb: "DELETE" }
                && point.Act.Target.Contains("SELECT", StringComparison.OrdinalIgnoreCase),
            FaultAction.Answer(1093, "You can't specify target table 'heatbeat_sequence' for update in FROM clause"),
            int.MaxValue))),
    ];

    /// <summary>A statement of mysqldump and mydumper before a table's rows.</summary>
    internal static bool IsDump(string sql) =>
        sql.Contains("SQL_NO_CACHE", StringComparison.OrdinalIgnoreCase)
            && sql.Contains("SELECT", StringComparison.OrdinalIgnoreCase);

    /// <summary>A statement that loads a table's rows.</summary>
    internal static bool IsLoad(string sql) =>
        sql.TrimStart().StartsWith("INSERT INTO", StringComparison.OrdinalIgnoreCase)
            && sql.Contains("VALUES", StringComparison.OrdinalIgnoreCase);

    private static Accident New(
        string id, Func<AccidentScene, CancellationToken, Task> strike, string? fix = null,
        Func<AccidentScene, CancellationToken, Task>? mend = null) =>
        new(id, AccidentKind.MetaDb, strike, fix, mend);

    private static async Task StartAsync(AccidentScene scene, CancellationToken cancellationToken)
    {
        if (scene.Stage.MetaDb.Server.HasExited)
        {
            await scene.Stage.MetaDb.StartAsync(cancellationToken);
        }
    }

    private static Task<string> CharsetAsync(
        AccidentScene scene, string charset, string collation, CancellationToken cancellationToken) =>
        scene.Stage.MetaDb.ExecAsync(
            $"SET GLOBAL character_set_server = {charset}; SET GLOBAL collation_server = {collation}",
            cancellationToken: cancellationToken);

    private static Func<AccidentScene, CancellationToken, Task> Now(Action<AccidentScene> act) => (scene, _) =>
    {
        act(scene);
        return Task.CompletedTask;
    };

    private static Func<AccidentScene, CancellationToken, Task> Now(Func<AccidentScene, object> act) =>
        Now(scene => { act(scene); });
}
