using System.Globalization;
using Drydock.Clients.MySql;
using Drydock.Clients.Snapshots;
using Drydock.Crds.BackupSnapshots;
using Drydock.Crds.Common;
using Drydock.Crds.SnapshotRestores;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Snapshots;

/// <summary>
/// Everything before the first change: finds the snapshot, looks at the server, asks the guards, reads every file
/// through. Changes nothing anywhere.
/// </summary>
internal sealed class RestorePreparation(
    RestoreServices services, SnapshotRestore restore, RestoreJob job, RestoreSession session, Func<SessionReceipt, CancellationToken, Task> noted)
{
    // Files rot and are overwritten while a restore waits for days; what was read lately is not read again at every
    // look.
    private static readonly TimeSpan VerificationHolds = TimeSpan.FromHours(1);

    private static readonly string[] SystemSchemas = ["mysql", "information_schema", "performance_schema", "sys", "oceanbase"];

    /// <summary>
    /// Looks everything up; the server, the guards and the manifest are good when it returns. The files are not read
    /// yet.
    /// </summary>
    /// <exception cref="RestoreStopException">Something stands against it.</exception>
    public async Task<RestoreWork> LookAsync(CancellationToken cancellationToken)
    {
        if (SnapshotRestoreValidation.Validate(restore.Spec) is { Count: > 0 } invalid)
        {
            throw Ends(Reasons.InvalidSpec, string.Join("; ", invalid.Select(f => $"{f.Field}: {f.Message}")));
        }

        var upgrade = await UpgradeLink.FindAsync(services, restore, cancellationToken);
        RequireInTime(upgrade);
        var place = await SnapshotPlace.FindAsync(services, restore, noted, cancellationToken);
        var manifest = await services.Snapshotter.FindAsync(place.Location, cancellationToken)
            ?? throw Ends(Reasons.SnapshotMissing, $"there is no manifest {place.Location.ManifestName} in {place.Location.Storage.Description}: the snapshot does not exist");
        if (SnapshotOwners.Refusal(manifest, restore.Metadata.Namespace, services.Storages.Shared, place.Location) is { } foreign)
        {
            throw Ends(Reasons.ForeignSnapshot, foreign);
        }

        var databases = Select(manifest);
        RequireSame(manifest, databases);
        DatabaseSource target = restore.Spec.Target ?? place.Source ?? throw Ends(Reasons.InvalidSpec, "spec.target: a restore from files needs it; there is no BackupSnapshot to take the server from");
        var connection = await SecretAsync(() => ConnectAsync(target, cancellationToken));
        var identity = await SecretAsync<string?>(() => SnapshotSource.IdentityAsync(services.Kubernetes, restore.Metadata.Namespace, restore.Spec.IdentitySecretRef, cancellationToken));
        if (manifest.Encryption is not null && identity is null)
        {
            throw new RestoreStopException(new RestoreOutcome.Blocked(Reasons.SecretMissing, "the snapshot is encrypted and spec.identitySecretRef is not given; name a Secret with the key identity of one of its recipients"));
        }

        var server = services.Servers.Open(connection);
        var look = await server.LookAsync([.. databases.Select(d => d.Name)], cancellationToken);
        RequireSameServer(look);
        return new RestoreWork
        {
            Location = place.Location,
            Manifest = manifest,
            Databases = databases,
            Connection = connection,
            Server = server,
            Look = look,
            Identity = identity,
            UpgradeUid = upgrade,
            Target = target,
            TlsField = restore.Spec.Target is null
                ? $"spec.source.tls.mode of BackupSnapshot {restore.Spec.SnapshotRef?.Name}"
                : "spec.target.tls.mode",
        };
    }

    /// <summary>
    /// Refuses to begin without <c>spec.notAfter</c>, or after it; what has begun continues. What was restored is known
    /// from status alone, and a status is lost when the object is deleted and applied again: without an end the same
    /// manifest would drop the databases again, months later.
    /// </summary>
    /// <param name="upgradeUid">The upgrade that waits for the restore and answers for it; null for a restore that
    /// stands alone.</param>
    /// <exception cref="RestoreStopException">It must not begin.</exception>
    public void RequireInTime(string? upgradeUid)
    {
        if (restore.Spec.Mode != RunMode.Apply || RestoreProgressOf.HasBegun(restore.Status))
        {
            return;
        }

        if (restore.Spec.NotAfter is null && upgradeUid is null)
        {
            throw Ends(
                Reasons.InvalidSpec,
                "spec.notAfter is not set. A restore with mode: Apply needs the time after which it must not begin, for instance 2026-03-01T04:00:00Z, so that the same manifest applied again later drops nothing. Set it to some hours from now. Nothing was changed");
        }

        if (StartDeadline.Missed(restore.Spec.NotAfter, services.Time.GetUtcNow()) is { } late)
        {
            throw Ends(Reasons.TooLate, late);
        }
    }

    /// <summary>
    /// Ends the job between two databases if the Secret of the server is another one than it began with, so that the
    /// next one begins with what is there now. A Secret that is gone or unusable ends nothing: its namespace may be
    /// going away, and a database that is half restored is finished first.
    /// </summary>
    /// <exception cref="RestoreStopException">It is another one.</exception>
    public async Task RequireSameAccessAsync(RestoreWork work, CancellationToken cancellationToken)
    {
        MySqlConnectionStringBuilder now;
        try
        {
            now = await ConnectAsync(work.Target, cancellationToken);
        }
        catch (SnapshotException)
        {
            return;
        }

        if (now.ConnectionString != work.Connection.ConnectionString)
        {
            throw new RestoreStopException(new RestoreOutcome.Waits(
                Reasons.Pending, $"the Secret {work.Target.CredentialsSecretRef.Name} of the server was changed; the restore looks at the server again and continues with the new values"));
        }
    }

    /// <summary>Asks the guards of the server as it was last looked at.</summary>
    /// <param name="work">What is restored.</param>
    /// <param name="planOnly">True leaves out what only an act may meet: contents that may not be dropped, and
    /// sessions.</param>
    /// <exception cref="RestoreStopException">Something stands against it.</exception>
    public void Guard(RestoreWork work, bool planOnly)
    {
        if (RestoreGuards.Check(work, restore.Spec, restore.Status, planOnly) is { } against)
        {
            throw new RestoreStopException(against);
        }
    }

    /// <summary>
    /// Reads every file of what is still to be restored through and compares it with the manifest; what this process
    /// has read and found good within the last hour is not read again.
    /// </summary>
    /// <exception cref="RestoreStopException">Something is not as the manifest says, or the server would not take
    /// it.</exception>
    public async Task VerifyAsync(RestoreWork work, CancellationToken cancellationToken)
    {
        var left = work.Databases.Where(d => !RestoreGuards.IsDone(restore.Status, d.Name)).ToList();
        var key = $"{work.Location.Prefix} {work.Manifest.CreatedAt:O} {work.Look.Identity} {string.Join(',', left.Select(d => $"{d.Name}={d.File.Sha256}"))}";
        if (session.Verified == key && services.Time.GetUtcNow() - session.VerifiedAt < VerificationHolds)
        {
            return;
        }

        var findings = new List<SnapshotFinding>();
        foreach (var database in left)
        {
            job.Activity = string.Create(CultureInfo.InvariantCulture, $"reading the files of {database.Name} through ({left.IndexOf(database) + 1} of {left.Count})");
            findings.AddRange(await services.Loader.CheckAsync(Request(work, database.Name), cancellationToken));
        }

        if (findings.Count > 0)
        {
            throw new RestoreStopException(Against(findings));
        }

        session.Verified = key;
        session.VerifiedAt = services.Time.GetUtcNow();
    }

    /// <summary>What is loaded, without what only a restore that acts adds.</summary>
    public SnapshotLoadRequest Request(RestoreWork work, string database) => new()
    {
        Location = work.Location,
        Connection = work.Connection,
        Database = database,
        Threads = restore.Spec.Threads,
        Identity = work.Identity,
        Staging = work.Staging,
        Progress = job,
    };

    private static RestoreOutcome Against(List<SnapshotFinding> findings)
    {
        var text = string.Join("; ", findings.Take(10).Select(f => f.Message));
        var damaged = findings.Find(f => f.Failure is SnapshotFailure.Truncated or SnapshotFailure.ChecksumMismatch or SnapshotFailure.RowCountMismatch or SnapshotFailure.CatalogueMismatch or SnapshotFailure.NotFound or SnapshotFailure.ManifestInvalid or SnapshotFailure.RefusedStatement);
        return damaged is not null
            ? new RestoreOutcome.Failed(Reasons.SnapshotInvalid, $"{text}. Nothing was changed; restore from another snapshot")
            : findings[0].Failure == SnapshotFailure.PacketTooLarge
                ? new RestoreOutcome.Blocked(Reasons.AccessDenied, text)
                : RestoreReasons.Of(new SnapshotException(findings[0].Failure, text));
    }

    private async Task<MySqlConnectionStringBuilder> ConnectAsync(
        DatabaseSource target, CancellationToken cancellationToken)
    {
        var field = restore.Spec.Target is null ? "spec.source of the BackupSnapshot" : "spec.target";
        var connection = await SnapshotSource.ConnectAsync(services.Kubernetes, restore.Metadata.Namespace, target, field, services.Endpoints, cancellationToken);
        connection.ApplicationName = $"drydock-restore-{restore.Metadata.Uid}";
        return connection;
    }

    // A Secret that is missing comes some day; whoever makes it need not touch the restore.
    private static async Task<T> SecretAsync<T>(Func<Task<T>> read)
    {
        try
        {
            return await read();
        }
        catch (SnapshotException error) when (error.Failure == SnapshotFailure.InvalidRequest)
        {
            throw new RestoreStopException(new RestoreOutcome.Blocked(Reasons.SecretMissing, error.Message));
        }
    }

    private static RestoreStopException Ends(string reason, string message) =>
        new(new RestoreOutcome.Failed(reason, message));

    private List<Clients.Snapshots.SnapshotDatabase> Select(SnapshotManifest manifest)
    {
        var wanted = restore.Spec.Databases;
        if (wanted.Where(w => !manifest.Databases.Any(d => d.Name == w)).ToList() is { Count: > 0 } unknown)
        {
            throw Ends(Reasons.DatabaseNotFound, $"snapshot {manifest.Id} has no {string.Join(", ", unknown)} (spec.databases); it has {string.Join(", ", manifest.Databases.Select(d => d.Name))}");
        }

        var selected = manifest.Databases.Where(d => wanted.Count == 0 || wanted.Contains(d.Name, StringComparer.Ordinal)).ToList();
        return selected.Exists(d => SystemSchemas.Contains(d.Name, StringComparer.OrdinalIgnoreCase))
            ? throw Ends(Reasons.InvalidSpec, RuleMessages.SystemSchemas)
            : selected;
    }

    // Half of one snapshot and half of another is no state that ever was.
    private void RequireSame(SnapshotManifest manifest, List<Clients.Snapshots.SnapshotDatabase> databases)
    {
        var begun = (restore.Status?.Databases ?? []).Where(d => d.State != RestoreState.Pending).ToList();
        if (begun.Count == 0)
        {
            return;
        }

        if (restore.Status!.SnapshotID != manifest.Id || begun.Exists(b => !databases.Exists(d => d.Name == b.Name)))
        {
            throw Ends(
                Reasons.SpecChangeIgnored,
                $"{string.Join(", ", begun.Select(d => $"{d.Name} {d.State}"))} of snapshot {restore.Status.SnapshotID}: the restore was begun with it, and spec asks for {manifest.Id} with {string.Join(", ", databases.Select(d => d.Name))} now. Put the old values back, or create another SnapshotRestore");
        }
    }

    private void RequireSameServer(ServerLook look)
    {
        if (restore.Status?.Receipt?.GetValueOrDefault(RestoreReceipt.Server) is { } begun && begun != look.Identity && restore.Status.Databases.Exists(d => d.State != RestoreState.Pending))
        {
            throw Ends(Reasons.SpecChangeIgnored, $"databases were begun on server {begun}, and {look.Address} is {look.Identity}. Put the old target back, or create another SnapshotRestore");
        }
    }
}
