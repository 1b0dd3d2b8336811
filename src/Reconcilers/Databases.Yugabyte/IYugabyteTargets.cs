using Drydock.Crds.Common;
using Drydock.Crds.DatabaseRollingUpgrades;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>
/// What preflight, steps and guards of a YugabyteDB upgrade reach the world by, bound to the present spec and Secrets.
/// </summary>
internal interface IYugabyteTargets
{
    /// <summary>The upgrade as last read.</summary>
    DatabaseRollingUpgrade Upgrade { get; }

    /// <summary>The login for SQL, where spec.yugabyte.sql refers to one.</summary>
    SqlLogin? Sql { get; }

    /// <summary>Missing material of the Secrets that the spec names.</summary>
    IReadOnlyList<Finding> SecretProblems { get; }

    /// <summary>Storages of the spec that the upgrade may not use.</summary>
    IReadOnlyList<Finding> StorageProblems => [];

    /// <summary>The hosts of its processes.</summary>
    IDatabaseHosts Hosts { get; }

    /// <summary>HTTP to its processes.</summary>
    IServiceHttp Http { get; }

    /// <summary>The clock.</summary>
    TimeProvider Time { get; }

    /// <summary>
    /// HTTP to the processes of the cluster at the other end of a replication group, with that peer's TLS material.
    /// </summary>
    /// <param name="group">The group's name in the spec.</param>
    /// <exception cref="KeyNotFoundException">The spec has no such group any more.</exception>
    IServiceHttp Peer(string group);

    /// <summary>Takes every secret known so far out of a text.</summary>
    string Redact(string text);

    /// <summary>
    /// To be asked before each but the first request of an act that sends several: the engine asks only before the act.
    /// </summary>
    /// <exception cref="Drydock.Engine.Running.ActRefusedException">This process may not act any more.</exception>
    void EnsureMayAct();
}
