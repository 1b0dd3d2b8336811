using Drydock.Cli.CommandLine;
using Drydock.Crds.DatabaseRollingUpgrades;

namespace Drydock.Cli.Init;

/// <summary>A TiDB cluster as the inventory of a deployment tool describes it.</summary>
internal sealed record ImportedCluster
{
    /// <summary>The name of the cluster; null if the inventory has none.</summary>
    public string? Name { get; init; }

    /// <summary>The version that the inventory deploys, plain: 2.1.19.</summary>
    public string? Version { get; init; }

    /// <summary>The account that the tool logs in with.</summary>
    public string? User { get; init; }

    /// <summary>The port of sshd, if it is not 22.</summary>
    public int? SshPort { get; init; }

    /// <summary>The processes, in the order of the inventory.</summary>
    public IReadOnlyList<ImportedInstance> Instances { get; init; } = [];

    /// <summary>What the inventory has and the upgrade does not cover: whole sentences.</summary>
    public IReadOnlyList<string> Remarks { get; init; } = [];
}

/// <summary>A process of an inventory.</summary>
/// <param name="Component">What it is.</param>
/// <param name="Host">The address by which the tool reaches its host.</param>
/// <param name="Port">The port of its service.</param>
/// <param name="StatusPort">The port of its status pages; null if it is the default.</param>
internal sealed record ImportedInstance(DatabaseComponent Component, string Host, int Port, int? StatusPort);

/// <summary>An inventory that cannot be imported.</summary>
/// <param name="message">Where, what is wrong, and what to do.</param>
internal sealed class ImportException(string message) : CliException(message);
