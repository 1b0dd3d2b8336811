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

/// <summary>What a restore with mode: Plan would drop and load, and what would stop it, for status.</summary>
internal static class RestorePlanText
{
    public static string Of(SnapshotRestoreSpec spec, RestoreWork work)
    {
        var drops = work.State.Databases.Where(d => d.Exists).ToList();
        var refused = drops.Where(d => !spec.AllowDrop.Contains(d.Name, StringComparer.Ordinal))
            .Select(d => d.Name)
            .ToList();
        var dropped = drops.Select(d => $"{d.Name} ({d.Tables} tables)");
        return Sentences.Join(
            $"Snapshot {work.Manifest.Id} of {work.Manifest.StartedAt:u} is valid. {work.Databases.Count} "
                + $"databases would be loaded at {work.State.Address}.",
            drops.Count == 0 ? "No database would be dropped." : $"Dropped first: {string.Join(", ", dropped)}.",
            refused.Count == 0
                ? null
                : $"spec.allowDrop lacks {string.Join(", ", refused)}: with mode: Apply the restore would fail "
                + $"({Reasons.DropNotAllowed}).",
            work.State.Sessions.Count == 0
                ? null
                : $"Sessions now: {string.Join("; ", work.State.Sessions.Take(10).Select(x => x.Describe()))}.",
            work.State.SeesAllSessions
                ? null
                : $"Sessions of other accounts are not visible: account {work.State.Facts.Account} lacks PROCESS.",
            work.Unverified,
            "Nothing was changed.");
    }
}
