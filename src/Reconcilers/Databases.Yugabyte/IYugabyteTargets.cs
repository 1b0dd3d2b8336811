using Drydock.Crds.Common;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>The clients that preflight, steps and guards of one YugabyteDB upgrade use.</summary>
internal interface IYugabyteTargets : IDatabaseTargets
{
    /// <summary>The login for SQL, where spec.yugabyte.sql refers to one.</summary>
    SqlLogin? Sql { get; }

    /// <summary>Asks the SQL interfaces of tablet servers.</summary>
    ISqlProbe SqlProbe { get; }

    /// <summary>Missing material of the Secrets that the spec names.</summary>
    IReadOnlyList<Finding> SecretProblems { get; }

    /// <summary>Storages of the spec that the upgrade may not use.</summary>
    IReadOnlyList<Finding> StorageProblems => [];

    /// <summary>
    /// HTTP to the processes of the cluster at the other end of a replication group, with that peer's TLS material.
    /// </summary>
    /// <param name="group">The group's name in the spec.</param>
    /// <exception cref="KeyNotFoundException">The spec has no such group any more.</exception>
    IServiceHttp Peer(string group);
}
