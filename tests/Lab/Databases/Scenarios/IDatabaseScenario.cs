namespace Drydock.Lab.Databases.Scenarios;

/// <summary>
/// A cluster of stand-ins with its hosts, and the upgrade of it. Both engines have the same interface. Disposing ends
/// cluster and hosts.
/// </summary>
public interface IDatabaseScenario : IAsyncDisposable
{
    /// <summary>Short and stable, for ledgers: <c>tidb-21-30</c>.</summary>
    string Id { get; }

    /// <summary>Name of the upgrade object.</summary>
    string Name { get; }

    /// <summary>The target version.</summary>
    string ToVersion { get; }

    IReadOnlyList<LabHost> Hosts { get; }

    /// <summary>Record, violations, faults and client counts.</summary>
    StandinDirectory Directory { get; }

    /// <summary>The Secrets of the manifest.</summary>
    IReadOnlyList<StageSecret> Secrets { get; }

    /// <summary>Names of all processes, as in record and manifest.</summary>
    IReadOnlyList<string> Processes { get; }

    /// <summary>
    /// The DatabaseRollingUpgrade of this cluster as a user would write it. The caller may change it before it is
    /// applied.
    /// </summary>
    JsonObject Manifest(string space);

    /// <summary>Starts a client that reads and writes all the time until it is disposed of.</summary>
    Task<IAsyncDisposable> StartClientAsync(int requestsPerSecond = 20, CancellationToken cancellationToken = default);

    /// <summary>The host on which a process runs.</summary>
    LabHost HostOf(string process);

    /// <summary>Kills a process (SIGKILL) and not its supervisor.</summary>
    Task KillAsync(string process, CancellationToken cancellationToken = default);

    /// <summary>Whether a process runs.</summary>
    Task<bool> IsRunningAsync(string process, CancellationToken cancellationToken = default);

    /// <summary>Starts a stopped process as an administrator would: the installed program, in the usual way.</summary>
    Task ReviveAsync(string process, CancellationToken cancellationToken = default);

    /// <summary>
    /// Violations of the cluster's rules, and leftovers that an upgrade must remove; empty after a careful upgrade.
    /// </summary>
    Task<IReadOnlyList<string>> ViolationsAsync(CancellationToken cancellationToken = default);

    /// <summary>The state of the cluster as text. Two upgrades with the same end have equal texts.</summary>
    string EndState();

    /// <summary>How often each action was done that must not be repeated.</summary>
    IReadOnlyDictionary<string, int> Counts();
}
