using Drydock.Clients.MySql;
using Drydock.Clients.Snapshots;
using Drydock.Crds.BackupSnapshots;
using Drydock.Reconcilers.Upgrades;
using SnapshotDatabase = Drydock.Clients.Snapshots.SnapshotDatabase;

namespace Drydock.Reconcilers.Snapshots;

/// <summary>The work of a restore: source, target and the state of the server, as far as it is known.</summary>
internal sealed record RestoreWork
{
    /// <summary>The snapshot; its storage is read-only.</summary>
    public required SnapshotLocation Location { get; init; }

    /// <summary>Manifest of the snapshot.</summary>
    public required SnapshotManifest Manifest { get; init; }

    /// <summary>The databases to restore, in the order of the snapshot.</summary>
    public required IReadOnlyList<SnapshotDatabase> Databases { get; init; }

    /// <summary>The server, from the spec.</summary>
    public required DatabaseSource Target { get; init; }

    /// <summary>Path of the field with the TLS mode of the server.</summary>
    public required string TlsField { get; init; }

    /// <summary>The connection to the server; contains the password.</summary>
    public required MySqlConnectionStringBuilder Connection { get; init; }

    public required IRestoreServer Server { get; init; }

    /// <summary>The state of the server at the last check.</summary>
    public required ServerState State { get; init; }

    /// <summary>The age identity, a secret; null for a plain snapshot.</summary>
    public string? Identity { get; init; }

    /// <summary>The upgrade whose rollback this restore is; null for a restore without an upgrade.</summary>
    public string? UpgradeUid { get; init; }

    /// <summary>The warning that the identity of the server is not verified; null if it is.</summary>
    public string? Unverified => UnverifiedServer.Warning("The server", TlsField, Target.Tls.Mode);

    public IReadOnlyList<string> Names => [.. Databases.Select(d => d.Name)];

    /// <summary>Describes the work without secrets.</summary>
    public override string ToString() => $"{Location.Prefix} to {Connection.Describe()}";
}
