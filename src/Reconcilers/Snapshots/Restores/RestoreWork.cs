using SnapshotDatabase = Drydock.Clients.Snapshots.SnapshotDatabase;

namespace Drydock.Reconcilers.Snapshots;

/// <summary>The work of a restore: source, target and the state of the server, as far as it is known.</summary>
internal sealed record RestoreWork
{
    public required SnapshotLocation Location { get; init; }

    public required SnapshotManifest Manifest { get; init; }

    public required IReadOnlyList<SnapshotDatabase> Databases { get; init; }

    public required DatabaseSource Target { get; init; }

    public required string TlsField { get; init; }

    public required MySqlOptions Connection { get; init; }

    public required IRestoreServer Server { get; init; }

    public required ServerState State { get; init; }

    public string? Identity { get; init; }

    public string? UpgradeUid { get; init; }

    /// <summary>Identity of the server whose databases that upgrade planned for and dumped; null without one.</summary>
    public string? PlannedServer { get; init; }

    /// <summary>UIDs of the restores of this namespace: an upgrade that knows of a restore may repeat it.</summary>
    public IReadOnlyList<string> Known { get; init; } = [];

    public string? Unverified => UnverifiedServer.Warning("The server", TlsField, Target.Tls);

    public IReadOnlyList<string> Names => [.. Databases.Select(d => d.Name)];

    public override string ToString() => $"{Location.Prefix} to {Connection.Describe()}";
}
