namespace Drydock.Reconcilers.Snapshots;

/// <summary>All checks before the first change: finds the snapshot, reads the state of the server, evaluates the guards
/// and reads every file completely. Changes nothing.</summary>
internal sealed class RestorePreparation(
    RestoreServices services,
    SnapshotRestore restore,
    RestoreJob job,
    RestoreSession session,
    Func<SessionReceipt, CancellationToken, Task> noted)
{
    // A restore may wait for days while files are damaged or overwritten; files that were read recently are not read
    // again at every check.
    private static readonly TimeSpan VerificationHolds = TimeSpan.FromHours(1);

    // From the creation of the object: a manifest that is applied again months later must not be in time.
    private static readonly TimeSpan LongestDeadline = TimeSpan.FromDays(7);

    private static readonly string[] SystemSchemas =
        ["mysql", "information_schema", "performance_schema", "sys", "oceanbase"];

    /// <summary>Reads everything; when it returns, the server, the guards and the manifest are valid. The files are not
    /// read yet.</summary>
    /// <exception cref="RestoreStopException">Something prevents the restore.</exception>
    public async Task<RestoreWork> LookAsync(CancellationToken cancellationToken)
    {
        var link = await UpgradeLink.FindAsync(services, restore, cancellationToken);
        var upgrade = link?.Metadata.Uid;
        RequireInTime(upgrade);
        var place = await RestoreSource.FindAsync(services, restore, noted, cancellationToken);
        var manifest = await services.Snapshotter.FindAsync(place.Location, cancellationToken)
            ?? throw Ends(
                Reasons.SnapshotMissing,
                $"The manifest {place.Location.ManifestName} does not exist in {place.Location.Storage.Description}, "
                + "so the snapshot does not exist. Restore from another snapshot.");
        if (SnapshotOwners.Refusal(
            manifest, restore.Metadata.Namespace, services.Storages.Shared, place.Location) is { } foreign)
        {
            throw Ends(Reasons.ForeignSnapshot, foreign);
        }

        var databases = Select(manifest);
        RequireSame(manifest, databases);
        DatabaseSource target = restore.Spec.Target
            ?? place.Source
            ?? throw Ends(
                Reasons.InvalidSpec,
                "spec.target is not set. A restore from files needs it, because no BackupSnapshot names the server.");
        var connection = await SecretAsync(() => ConnectAsync(target, cancellationToken));
        var identity = await SecretAsync<string?>(
            () =>
                SnapshotSource.IdentityAsync(
                    services.Kubernetes,
                    restore.Metadata.Namespace,
                    restore.Spec.IdentitySecretRef,
                    cancellationToken));
        if (manifest.Encryption is not null && identity is null)
        {
            throw new RestoreStopException(
                new RestoreOutcome.Blocked(
                    Reasons.SecretMissing,
                    "The snapshot is encrypted and spec.identitySecretRef is not set. Name a Secret with the age "
                    + "identity of one of its recipients in the key identity."));
        }

        var server = services.Servers(connection);
        var look = await server.LookAsync([.. databases.Select(d => d.Name)], cancellationToken);
        RequireSameServer(look);
        return new RestoreWork
        {
            Location = place.Location,
            Manifest = manifest,
            Databases = databases,
            Connection = connection,
            Server = server,
            State = look,
            Identity = identity,
            UpgradeUid = upgrade,
            Known = upgrade is null ? [] : await KnownAsync(cancellationToken),
            PlannedServer = TargetIdentity.ServerOf(link?.Status?.Target?.Identity),
            Target = target,
            TlsField = restore.Spec.Target is null
                ? $"spec.source.tls.mode of BackupSnapshot {restore.Spec.SnapshotRef?.Name}"
                : "spec.target.tls.mode",
        };
    }

    /// <summary>Refuses to start without <c>spec.notAfter</c>, or after it; a restore that has started continues. Which
    /// databases were restored is known from status only, and a status is lost when the object is deleted and applied
    /// again: without a deadline the same manifest would drop the databases again months later.</summary>
    /// <param name="upgradeUid">The upgrade that waits for the restore and is responsible for it; null for a restore
    /// without an upgrade.</param>
    /// <exception cref="RestoreStopException">The restore must not start.</exception>
    public void RequireInTime(string? upgradeUid)
    {
        if (restore.Spec.Mode != RunMode.Apply || RestoreProgress.HasBegun(restore.Status))
        {
            return;
        }

        if (restore.Spec.NotAfter is null && upgradeUid is null)
        {
            throw Ends(
                Reasons.InvalidSpec,
                "spec.notAfter is not set. A restore with mode: Apply needs the time after which it must not start, "
                + "for example 2026-03-01T04:00:00Z, so that the same manifest applied again later drops nothing. Set "
                + "it to some hours from now. Nothing was changed.");
        }

        if (restore.Spec.NotAfter is { } last
            && restore.Metadata.CreatedAt is { } created
            && last - created > LongestDeadline)
        {
            throw Ends(
                Reasons.InvalidSpec,
                $"spec.notAfter is {StartDeadline.Text(last)}, and this object was created at "
                + $"{StartDeadline.Text(created)}. At most {LongestDeadline.TotalDays} days later are allowed, that is "
                + $"{StartDeadline.Text(created + LongestDeadline)}: the same manifest applied again later must drop "
                + "nothing. Set an earlier spec.notAfter, or create another SnapshotRestore. Nothing was changed.");
        }

        if (StartDeadline.Missed(restore.Spec.NotAfter, services.Time.GetUtcNow()) is { } late)
        {
            throw Ends(Reasons.TooLate, late);
        }
    }

    /// <summary>Ends the job between two databases if the Secret of the server was changed, so that the next job uses
    /// the new one. A missing or unusable Secret ends nothing: its namespace may be being deleted, and a half restored
    /// database is finished first.</summary>
    /// <exception cref="RestoreStopException">The Secret was changed.</exception>
    public async Task RequireSameAccessAsync(RestoreWork work, CancellationToken cancellationToken)
    {
        MySqlOptions now;
        try
        {
            now = await ConnectAsync(work.Target, cancellationToken);
        }
        catch (SnapshotException)
        {
            return;
        }

        var was = work.Connection;
        if ((now.Describe(), now.Password, now.Tls) != (was.Describe(), was.Password, was.Tls))
        {
            throw new RestoreStopException(new RestoreOutcome.Waits(
                Reasons.Pending,
                $"The Secret {work.Target.CredentialsSecretRef.Name} of the server was changed. The restore checks the "
                + "server again and continues with the new values."));
        }
    }

    /// <summary>Evaluates the guards on the last known state of the server.</summary>
    /// <exception cref="RestoreStopException">Something prevents the restore.</exception>
    public void Guard(RestoreWork work, bool planOnly)
    {
        if (RestoreGuards.Check(work, restore.Spec, restore.Status, planOnly) is { } against)
        {
            throw new RestoreStopException(against);
        }
    }

    /// <summary>Reads every file that is still to be restored completely and compares it with the manifest. Files that
    /// this process verified within the last hour are not read again.</summary>
    /// <exception cref="RestoreStopException">A file does not match the manifest, or the server would not accept
    /// it.</exception>
    public async Task VerifyAsync(RestoreWork work, CancellationToken cancellationToken)
    {
        var left = work.Databases.Where(d => !RestoreGuards.IsDone(restore.Status, d.Name)).ToList();
        var key =
            $"{work.Location.Prefix} {work.Manifest.CreatedAt:O} {work.State.Identity} "
            + $"{string.Join(',', left.Select(d => $"{d.Name}={d.File.Sha256}"))}";
        if (session.Verified == key && services.Time.GetElapsedTime(session.VerifiedAt) < VerificationHolds)
        {
            return;
        }

        var findings = new List<SnapshotFinding>();
        foreach (var database in left)
        {
            job.Activity = $"Reading the files of {database.Name} ({left.IndexOf(database) + 1} of {left.Count}).";
            findings.AddRange(await services.Loader.CheckAsync(Request(work, database.Name), cancellationToken));
        }

        if (findings.Count > 0)
        {
            throw new RestoreStopException(Against(findings));
        }

        session.Verified = key;
        session.VerifiedAt = services.Time.GetTimestamp();
    }

    public SnapshotLoadRequest Request(RestoreWork work, string database) => new()
    {
        Location = work.Location,
        Connection = work.Connection,
        Database = database,
        Threads = restore.Spec.Threads,
        Identity = work.Identity,
        Progress = job,
    };

    private static RestoreOutcome Against(List<SnapshotFinding> findings)
    {
        var text = Sentences.Join([.. findings.Take(10).Select(f => f.Message)]);
        var damaged = findings.Find(f => f.Failure is SnapshotFailure.Truncated or SnapshotFailure.ChecksumMismatch
            or SnapshotFailure.RowCountMismatch or SnapshotFailure.CatalogueMismatch or SnapshotFailure.NotFound
            or SnapshotFailure.ManifestInvalid);
        return damaged is not null
            ? new RestoreOutcome.Failed(
                Reasons.SnapshotInvalid, Sentences.Join(text, "Nothing was changed. Restore from another snapshot."))
            : findings[0].Failure == SnapshotFailure.PacketTooLarge
                ? new RestoreOutcome.Blocked(Reasons.AccessDenied, text)
                : RestoreReasons.Of(new SnapshotException(findings[0].Failure, text));
    }

    private Task<MySqlOptions> ConnectAsync(DatabaseSource target, CancellationToken cancellationToken) =>
        SnapshotSource.ConnectAsync(
            services.Kubernetes,
            restore.Metadata.Namespace,
            target,
            restore.Spec.Target is null ? "spec.source of the BackupSnapshot" : "spec.target",
            services.Endpoints,
            cancellationToken,
            $"drydock-restore-{restore.Metadata.Uid}");

    // A missing Secret may be created later; the restore then continues without a change of its object.
    private static async Task<T> SecretAsync<T>(Func<Task<T>> read)
    {
        try
        {
            return await read();
        }
        catch (SnapshotException error) when (
            error.Failure is SnapshotFailure.InvalidRequest or SnapshotFailure.SecretMissing)
        {
            throw new RestoreStopException(
                new RestoreOutcome.Blocked(Reasons.SecretMissing, error.Message)
                {
                    MayArrive = error.Failure == SnapshotFailure.SecretMissing,
                });
        }
    }

    private static RestoreStopException Ends(string reason, string message) =>
        new(new RestoreOutcome.Failed(reason, message));

    private List<Clients.Snapshots.SnapshotDatabase> Select(SnapshotManifest manifest)
    {
        var wanted = restore.Spec.Databases;
        if (wanted.Where(w => !manifest.Databases.Any(d => d.Name == w)).ToList() is { Count: > 0 } unknown)
        {
            throw Ends(
                Reasons.DatabaseNotFound,
                $"Snapshot {manifest.Id} does not contain {string.Join(", ", unknown)} (spec.databases). It contains "
                + $"{string.Join(", ", manifest.Databases.Select(d => d.Name))}.");
        }

        var selected = manifest.Databases.Where(
            d => wanted.Count == 0 || wanted.Contains(d.Name, StringComparer.Ordinal)).ToList();
        return selected.Exists(d => SystemSchemas.Contains(d.Name, StringComparer.OrdinalIgnoreCase))
            ? throw Ends(
                Reasons.InvalidSpec,
                "A system schema (mysql, information_schema, performance_schema, sys, oceanbase) is never restored, "
                + "because a restore would drop it. Name the other databases in spec.databases.")
            : selected;
    }

    // Databases of two snapshots do not form a consistent state.
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
                $"{string.Join(", ", begun.Select(d => $"{d.Name} {d.State}"))} of snapshot "
                + $"{restore.Status.SnapshotID}: the restore started with it, but spec now names {manifest.Id} with "
                + $"{string.Join(", ", databases.Select(d => d.Name))}. Restore the old values, or create another "
                + "SnapshotRestore.");
        }
    }

    private void RequireSameServer(ServerState look)
    {
        if (restore.Status?.Receipt?.GetValueOrDefault(RestoreReceipt.Server) is { } begun
            && begun != look.Identity
            && restore.Status.Databases.Exists(d => d.State != RestoreState.Pending))
        {
            throw Ends(
                Reasons.SpecChangeIgnored,
                $"The restore started on server {begun}, but {look.Address} is {look.Identity}. Restore the old "
                + "target, or create another SnapshotRestore.");
        }
    }

    private async Task<IReadOnlyList<string>> KnownAsync(CancellationToken cancellationToken)
    {
        var restores = await services.Kubernetes.ListAsync<SnapshotRestore>(
            restore.Metadata.Namespace, cancellationToken: cancellationToken);
        return [.. restores.Items.Select(RestoreEvidence.Uid)];
    }
}
