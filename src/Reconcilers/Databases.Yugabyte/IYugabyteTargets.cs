namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>The clients that preflight, steps and guards of one YugabyteDB upgrade use.</summary>
internal interface IYugabyteTargets : IDatabaseTargets
{
    SqlLogin? Sql { get; }

    ISqlProbe SqlProbe { get; }

    IReadOnlyList<Finding> SecretProblems { get; }

    IReadOnlyList<Finding> StorageProblems => [];

    /// <summary>HTTP to the processes of the cluster at the other end of a replication group, with that peer's TLS
    /// material.</summary>
    /// <exception cref="KeyNotFoundException">The spec has no such group any more.</exception>
    IServiceHttp Peer(string group);
}
