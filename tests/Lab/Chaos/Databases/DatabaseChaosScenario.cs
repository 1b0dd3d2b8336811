namespace Drydock.Lab.Chaos.Databases;

/// <summary>An upgrade on which accidents are caused.</summary>
/// <param name="Cluster">Short name of the cluster: <c>tidb-21-30</c>.</param>
/// <param name="StartAsync">Starts a fresh cluster with the given name.</param>
/// <param name="Phases">The phases in which accidents strike, in their order.</param>
public sealed record DatabaseChaosScenario(
    string Cluster,
    Func<LabRun, int, CancellationToken, Task<IDatabaseScenario>> StartAsync,
    IReadOnlyList<string> Phases)
{
    /// <summary>TiDB 2.1 to 3.0 under systemd.</summary>
    public static DatabaseChaosScenario TiDb { get; } = new(
        "tidb-21-30",
        async (run, number, token) => await TiDbScenario.StartAsync(
            run, new TiDbScenarioOptions { Cluster = new() { Name = FormattableString.Invariant($"ti{number}h") } },
            token),
        ["PreparePackage", "UpgradePD", "UpgradeTiKV", "UpgradeTiDB", "Verify"]);

    /// <summary>BMDB 2.16 to 2.18 as plain processes.</summary>
    public static DatabaseChaosScenario Bmdb { get; } = new(
        "bmdb-216-218",
        async (run, number, token) => await YugabyteScenario.StartAsync(
            run, Named(YugabyteScenarioOptions.Bmdb, "bm", number), token),
        ["PreparePackage", "UpgradeMasters", "UpgradeTServers", "PromoteAutoFlags"]);

    /// <summary>YugabyteDB 2.20 to 2024.1 under systemd.</summary>
    public static DatabaseChaosScenario Yugabyte { get; } = new(
        "yb-220-20241",
        async (run, number, token) => await YugabyteScenario.StartAsync(
            run, Named(YugabyteScenarioOptions.Yugabyte, "yb", number), token),
        ["PreparePackage", "UpgradeMasters", "UpgradeTServers", "PromoteAutoFlags"]);

    public static IReadOnlyList<DatabaseChaosScenario> All { get; } = [TiDb, Bmdb, Yugabyte];

    /// <summary>For ledgers: <c>tidb-21-30 Upgrade</c>.</summary>
    public string Id => Cluster + " Upgrade";

    /// <inheritdoc />
    public override string ToString() => Id;

    private static YugabyteScenarioOptions Named(YugabyteScenarioOptions options, string stem, int number) =>
        options with { Cluster = options.Cluster with { Name = FormattableString.Invariant($"{stem}{number}h") } };
}
