using System.Text.Json.Nodes;
using Drydock.Lab.Hosts;
using Drydock.Lab.Upgrades;

namespace Drydock.Lab.Databases.Scenarios;

/// <summary>
/// A cluster of stand-ins on hosts of its own and the upgrade that is asked of it: the same shape for both engines.
/// Disposing ends cluster and hosts.
/// </summary>
public interface IDatabaseScenario : IAsyncDisposable
{
    /// <summary>Short and stable, for ledgers: <c>tidb-21-30</c>.</summary>
    string Id { get; }

    /// <summary>Name of the upgrade object.</summary>
    string Name { get; }

    /// <summary>The version of the end.</summary>
    string ToVersion { get; }

    /// <summary>The hosts.</summary>
    IReadOnlyList<LabHost> Hosts { get; }

    /// <summary>Record, violations, faults and client counts.</summary>
    StandinDirectory Directory { get; }

    /// <summary>The Secrets that the manifest refers to.</summary>
    IReadOnlyList<StageSecret> Secrets { get; }

    /// <summary>Names of all processes, as record and manifest call them.</summary>
    IReadOnlyList<string> Processes { get; }

    /// <summary>
    /// The DatabaseRollingUpgrade, as a user would write it for this cluster; change it freely before it is applied.
    /// </summary>
    JsonObject Manifest(string space);

    /// <summary>Starts a client that reads and writes all the time until it is disposed of.</summary>
    Task<IAsyncDisposable> StartClientAsync(int requestsPerSecond = 20, CancellationToken cancellationToken = default);

    /// <summary>The host on which a process runs.</summary>
    LabHost HostOf(string process);

    /// <summary>Kills a process (SIGKILL), past whatever supervises it.</summary>
    Task KillAsync(string process, CancellationToken cancellationToken = default);

    /// <summary>Whether a process lives.</summary>
    Task<bool> IsRunningAsync(string process, CancellationToken cancellationToken = default);

    /// <summary>
    /// Starts a process that is down, as whoever is on duty would: the program that is installed, in its own way.
    /// </summary>
    Task ReviveAsync(string process, CancellationToken cancellationToken = default);

    /// <summary>
    /// What must never have happened and did, and what an upgrade must not leave behind and is there; empty after a
    /// careful upgrade.
    /// </summary>
    Task<IReadOnlyList<string>> ViolationsAsync(CancellationToken cancellationToken = default);

    /// <summary>What the cluster is, as text; two upgrades that end alike are equal in it.</summary>
    string EndState();

    /// <summary>How often what must not be repeated was done.</summary>
    IReadOnlyDictionary<string, int> Counts();
}
