using Drydock.Clients.MySql;
using Drydock.Clients.Snapshots;
using Drydock.Crds.BackupSnapshots;
using Drydock.Reconcilers.Upgrades;
using SnapshotDatabase = Drydock.Clients.Snapshots.SnapshotDatabase;

namespace Drydock.Reconcilers.Snapshots;

/// <summary>What is restored from where to where, as far as it was looked up.</summary>
internal sealed record RestoreWork
{
    /// <summary>The snapshot; its storage only reads.</summary>
    public required SnapshotLocation Location { get; init; }

    /// <summary>What it holds.</summary>
    public required SnapshotManifest Manifest { get; init; }

    /// <summary>The databases to restore, in the snapshot's order.</summary>
    public required IReadOnlyList<SnapshotDatabase> Databases { get; init; }

    /// <summary>The server as a spec names it.</summary>
    public required DatabaseSource Target { get; init; }

    /// <summary>Path of the field that has the TLS mode of the server.</summary>
    public required string TlsField { get; init; }

    /// <summary>How the server is reached; holds the password.</summary>
    public required MySqlConnectionStringBuilder Connection { get; init; }

    /// <summary>The server.</summary>
    public required IRestoreServer Server { get; init; }

    /// <summary>The server as it was last looked at.</summary>
    public required ServerLook Look { get; init; }

    /// <summary>The age identity, a secret; null for a plain snapshot.</summary>
    public string? Identity { get; init; }

    /// <summary>Keeps what the check fetches until it is loaded; null in a plan, which loads nothing.</summary>
    public SnapshotStaging? Staging { get; init; }

    /// <summary>The upgrade whose way back this is; null for a restore that stands alone.</summary>
    public string? UpgradeUid { get; init; }

    /// <summary>The warning of a server whose identity is not verified; null if it is.</summary>
    public string? Unverified => UnverifiedServer.Warning("The server", TlsField, Target.Tls.Mode);

    /// <summary>Names of the databases.</summary>
    public IReadOnlyList<string> Names => [.. Databases.Select(d => d.Name)];

    /// <summary>Names what is restored, without any secret.</summary>
    public override string ToString() => $"{Location.Prefix} to {Connection.Describe()}";
}
