namespace Drydock.Reconcilers.Snapshots;

/// <summary>Finds the snapshot and the server of a restore and reads what is there. Changes nothing.</summary>
internal sealed class RestoreLook(
    SnapshotServices services, SnapshotRestore restore, CancellationToken cancellationToken)
{
    private static readonly string[] SystemSchemas =
        ["mysql", "information_schema", "performance_schema", "sys", "oceanbase"];

    private string? Space => restore.Metadata.Namespace;

    /// <summary>Reads everything; when it returns, the server and the manifest are valid. The files are not read
    /// yet.</summary>
    /// <exception cref="RestoreStopException">Something prevents the restore.</exception>
    public async Task<RestoreWork> ReadAsync()
    {
        var upgrade = await UpgradeLink.FindAsync(services.Kubernetes, restore, cancellationToken);
        RestoreApproval.RequireInTime(services, restore);
        var (location, source) = restore.Spec.SnapshotRef is { } reference
            ? await FromObjectAsync(reference)
            : (await FromFilesAsync(), null);
        var manifest = await services.Snapshotter.FindAsync(location, cancellationToken)
            ?? throw RestoreStopException.Failed(
                Reasons.SnapshotMissing,
                $"The manifest {location.ManifestName} does not exist in {location.Storage.Description}, "
                + "so the snapshot does not exist. Restore from another snapshot.");
        if (services.Refusal(manifest, Space, location) is { } foreign)
        {
            throw RestoreStopException.Failed(Reasons.ForeignSnapshot, foreign);
        }

        var databases = Select(manifest);
        RequireSame(manifest, databases);
        var target = restore.Spec.Target
            ?? source
            ?? throw RestoreStopException.Failed(
                Reasons.InvalidSpec,
                "spec.target is not set. A restore from files needs it, because no BackupSnapshot names the server.");
        var (connection, identity) = await AccessAsync(target);
        if (manifest.Encryption is not null && identity is null)
        {
            throw RestoreStopException.Blocked(
                Reasons.SecretMissing,
                "The snapshot is encrypted and spec.ageIdentitySecretRef is not set. Name a Secret with the age "
                + "identity of one of its recipients in the key identity.");
        }

        var server = services.Servers(connection);
        var look = await server.LookAsync(databases.ConvertAll(d => d.Name), cancellationToken);
        if (restore.Status?.Receipt?.GetValueOrDefault(RestoreReceipt.Server) is { } begun
            && begun != look.Identity
            && RestoreProgress.HasBegun(restore.Status))
        {
            throw RestoreStopException.Failed(
                Reasons.SpecChangeIgnored,
                $"The restore started on server {begun}, but {look.Address} is {look.Identity}. Restore the old "
                + "target, or create another SnapshotRestore.");
        }

        var known = upgrade is null
            ? null
            : await services.Kubernetes.ListAsync<SnapshotRestore>(Space, cancellationToken: cancellationToken);
        return new RestoreWork(location, manifest, databases, target, connection, identity, server, look, upgrade)
        {
            Known = [.. (known?.Items ?? []).Select(RestoreEvidence.Uid)],
            TlsField = restore.Spec.Target is null
                ? $"spec.source.tls.mode of BackupSnapshot {restore.Spec.SnapshotRef?.Name}"
                : "spec.target.tls.mode",
        };
    }

    private async Task<(SnapshotLocation Location, DatabaseSource? Source)> FromObjectAsync(SnapshotReference reference)
    {
        var about = $"BackupSnapshot {Space}/{reference.Name}";
        var snapshot = await services.Kubernetes.GetAsync<BackupSnapshot>(reference.Name, Space, cancellationToken)
            ?? throw RestoreStopException.Failed(
                Reasons.SnapshotMissing,
                $"{about} does not exist. If its files exist, name them in spec.files of another SnapshotRestore.",
                mayArrive: true);
        if (reference.Uid is { Length: > 0 } uid && uid != snapshot.Metadata.Uid)
        {
            throw RestoreStopException.Failed(
                Reasons.SnapshotMissing,
                $"{about} has uid {snapshot.Metadata.Uid}, expected {uid} "
                + "(spec.snapshotRef.uid): it is a different object with the same name.");
        }

        var status = snapshot.Status;
        switch (status?.Phase)
        {
            case BackupSnapshotPhases.Succeeded when status is { Verified: not null, SnapshotID: not null }:
                break;
            case BackupSnapshotPhases.Succeeded when snapshot.Spec.Contents == SnapshotContents.Definitions:
                throw RestoreStopException.Failed(
                    Reasons.SnapshotInvalid,
                    $"{about} stored nothing (spec.contents: {SnapshotContents.Definitions}). "
                    + "Restore from another snapshot.");
            case BackupSnapshotPhases.Expiring or BackupSnapshotPhases.Expired or BackupSnapshotPhases.Deleting:
                throw RestoreStopException.Failed(
                    Reasons.SnapshotMissing,
                    $"{about} is {status.Phase}: its files are being removed or were removed. "
                    + "Restore from another snapshot.");
            case BackupSnapshotPhases.Failed:
                throw RestoreStopException.Failed(
                    Reasons.SnapshotInvalid, $"{about} failed and cannot be restored from: {status.Message}");
            default:
                throw RestoreStopException.Waits(
                    Reasons.Pending,
                    $"{about} is not finished ({status?.Phase ?? BackupSnapshotPhases.Pending}). The restore continues "
                    + "automatically when it is.");
        }

        return snapshot.Metadata.DeletionTimestamp is null
            ? (await services.LocateAsync(snapshot, cancellationToken), snapshot.Spec.Source)
            : throw RestoreStopException.Failed(
                Reasons.SnapshotMissing, $"{about} is being deleted. Restore from another snapshot.");
    }

    private async Task<SnapshotLocation> FromFilesAsync()
    {
        var files = restore.Spec.Files ?? throw RestoreStopException.Failed(
            Reasons.InvalidSpec, "The spec has neither snapshotRef nor files. Set one of them.");
        var storage = await services.Storages.OpenAsync(files.Storage, Space, cancellationToken);
        var path = files.Path.Trim('/');
        var slash = path.LastIndexOf('/');
        return new SnapshotLocation(storage, slash < 0 ? "" : path[..slash], path[(slash + 1)..]);
    }

    // A missing Secret may be created later; the restore then continues without a change of its object.
    private async Task<(MySqlOptions Connection, string? Identity)> AccessAsync(DatabaseSource target)
    {
        try
        {
            return (
                await ConnectAsync(target),
                await new SnapshotSource(services, Space, cancellationToken).IdentityAsync(
                    restore.Spec.AgeIdentitySecretRef));
        }
        catch (SnapshotException error) when (
            error.Failure is SnapshotFailure.InvalidRequest or SnapshotFailure.SecretMissing)
        {
            throw RestoreStopException.Blocked(
                Reasons.SecretMissing, error.Message, mayArrive: error.Failure == SnapshotFailure.SecretMissing);
        }
    }

    public Task<MySqlOptions> ConnectAsync(DatabaseSource target) =>
        new SnapshotSource(services, Space, cancellationToken).ConnectAsync(
            target,
            restore.Spec.Target is null ? "spec.source of the BackupSnapshot" : "spec.target",
            $"drydock-restore-{restore.Metadata.Uid}");

    private List<ManifestDatabase> Select(SnapshotManifest manifest)
    {
        var wanted = restore.Spec.Databases;
        if (wanted.Where(w => !manifest.Databases.Any(d => d.Name == w)).ToList() is { Count: > 0 } unknown)
        {
            throw RestoreStopException.Failed(
                Reasons.DatabaseNotFound,
                $"Snapshot {manifest.Id} does not contain {string.Join(", ", unknown)} (spec.databases). It contains "
                + $"{string.Join(", ", manifest.Databases.Select(d => d.Name))}.");
        }

        var selected = manifest.Databases.Where(
            d => wanted.Count == 0 || wanted.Contains(d.Name, StringComparer.Ordinal)).ToList();
        return selected.Exists(d => SystemSchemas.Contains(d.Name, StringComparer.OrdinalIgnoreCase))
            ? throw RestoreStopException.Failed(
                Reasons.InvalidSpec,
                "A system schema (mysql, information_schema, performance_schema, sys, oceanbase) is never restored, "
                + "because a restore would drop it. Name the other databases in spec.databases.")
            : selected;
    }

    // Databases of two snapshots do not form a consistent state.
    private void RequireSame(SnapshotManifest manifest, List<ManifestDatabase> databases)
    {
        var begun = (restore.Status?.Databases ?? []).FindAll(d => d.State != RestoreState.Pending);
        if (begun.Count > 0
            && (restore.Status!.SnapshotID != manifest.Id
                || begun.Exists(b => !databases.Exists(d => d.Name == b.Name))))
        {
            throw RestoreStopException.Failed(
                Reasons.SpecChangeIgnored,
                $"{string.Join(", ", begun.Select(d => $"{d.Name} {d.State}"))} of snapshot "
                + $"{restore.Status.SnapshotID}: the restore started with it, but spec now names {manifest.Id} with "
                + $"{string.Join(", ", databases.Select(d => d.Name))}. Restore the old values, or create another "
                + "SnapshotRestore.");
        }
    }
}

/// <summary>The work of a restore: source, target and the state of the server, as far as it is known.</summary>
/// <param name="Identity">The age identity; null for a snapshot that is not encrypted.</param>
/// <param name="Upgrade">The upgrade whose rollback the restore is; null without one.</param>
internal sealed record RestoreWork(
    SnapshotLocation Location,
    SnapshotManifest Manifest,
    IReadOnlyList<ManifestDatabase> Databases,
    DatabaseSource Target,
    MySqlOptions Connection,
    string? Identity,
    SqlRestoreServer Server,
    ServerState State,
    OmsUpgrade? Upgrade)
{
    public required string TlsField { get; init; }

    /// <summary>UIDs of the restores of this namespace: an upgrade that knows of a restore may repeat it.</summary>
    public IReadOnlyList<string> Known { get; init; } = [];

    public string? UpgradeUid => Upgrade?.Metadata.Uid;

    public string? Unverified => UnverifiedServer.Warning("The server", TlsField, Target.Tls);

    public IReadOnlyList<string> Names => [.. Databases.Select(d => d.Name)];

    public override string ToString() => $"{Location.Prefix} to {Connection.Describe()}";

    private List<ServerDatabase> Drops => [.. State.Databases.Where(d => d.Exists)];

    /// <summary>The state of a restore that waits for its approval.</summary>
    public RestoreOutcome Held(SnapshotRestore restore)
    {
        var (word, consent) = (RestoreApproval.WordFor(restore, this), Consent());
        var commands = new KubectlCommands(SnapshotRestore.Plural, restore.Metadata);
        var message = Sentences.Join(
            $"Snapshot {Manifest.Id} of {Manifest.StartedAt:u} is valid. Nothing was changed.",
            $"To drop and load what status.databases shows at {State.Address}, approve it: "
                + $"{commands.Annotate(Annotations.Approve, word)}.",
            OutsideKey.Describe(State.OutsideKeys),
            State.Sessions.Count == 0
                ? null
                : $"Sessions now: {string.Join("; ", State.Sessions.Take(10).Select(x => x.Describe()))}.",
            State.SeesAllSessions
                ? null
                : $"Sessions of other accounts are not visible: account {State.Facts.Account} lacks PROCESS.",
            Unverified is null ? null : $"The server's identity is not verified ({TlsField}).");
        return new RestoreOutcome(RestoreEnd.Planned, Reasons.PlanReady, message)
        {
            Hold = new HoldStatus
            {
                Name = RestoreApproval.What,
                Approval = word,
                Consent = consent.Text,
                Destroys = consent.Destroys ? true : null,
            },
        };
    }

    private Consent Consent() => new(
    [
        Drops.Count == 0
            ? new(ConsentWeight.Lost, "No database exists that would be dropped.")
            : new(
                ConsentWeight.Destroyed,
                $"Drops {Sentences.List([.. Drops.Select(d => $"{d.Name} ({d.Tables} tables)")], 10)} at "
                    + $"{State.Address}: what was written since {Manifest.StartedAt:u} is lost."),
        new(ConsentWeight.Final, Drops.Count == 0 ? "" : "Cannot be undone from the first drop on."),
        new(
            ConsentWeight.Next,
            $"Loads {Sentences.Count(Databases.Count, "database", "databases")} from snapshot {Manifest.Id}."),
    ]);
}

/// <summary>Finds the upgrade whose rollback a restore is.</summary>
internal static class UpgradeLink
{
    /// <summary>The upgrade that owns the restore and waits for it. The plan of that upgrade has stopped
    /// OMS, so no other session may use its databases, and its claim covers the restore. Labels and owner references
    /// prove nothing, because every creator of the object can set them. The proof is the upgrade's own status,
    /// which named this restore before it was created.</summary>
    public static async Task<OmsUpgrade?> FindAsync(
        IKubernetesClient kubernetes, SnapshotRestore restore, CancellationToken cancellationToken)
    {
        var owners = (restore.Metadata.OwnerReferences ?? []).Where(o =>
            o.Kind == OmsUpgrade.KindName && o.ApiVersion.StartsWith($"{ApiGroup.Name}/", StringComparison.Ordinal));
        foreach (var owner in owners)
        {
            var upgrade = await kubernetes.GetAsync<OmsUpgrade>(
                owner.Name, restore.Metadata.Namespace, cancellationToken);
            if (upgrade is { Status.Restore: { } awaited }
                && upgrade.Metadata.Uid == owner.Uid
                && awaited == restore.Metadata.Name)
            {
                return upgrade;
            }
        }

        return null;
    }
}
