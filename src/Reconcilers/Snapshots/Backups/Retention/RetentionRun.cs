namespace Drydock.Reconcilers.Snapshots;

/// <summary>
/// Removes the snapshots that <c>spec.retention</c> of the newest snapshot of their series no longer keeps.
/// <para>Why it never removes a snapshot that is needed: (1) Only snapshots with an object in this cluster are removed.
/// Files in the same bucket that another cluster's operator, or no operator, knows are never touched, so two operators
/// that share a storage need no lock between them. (2) In one cluster one operator leads. If two leaders overlap, or a
/// frozen leader continues late, the order of writes protects the files: first the object becomes Expiring (a write
/// that fails if the object was written since it was read), then the references are read again, then the files are
/// removed. A restore reads the phase after its own object exists: either the second read of references sees the
/// restore, or the restore sees Expiring and refuses. Only the process that has just written Expiring reverts it, so a
/// late deletion only removes files whose removal was already decided.</para>
/// </summary>
[EntityRbac(ApiGroup.Name, "backupsnapshots", Verbs = "get,list")]
[EntityRbac(ApiGroup.Name, "backupsnapshots/status", Verbs = "update")]
[EntityRbac(ApiGroup.Name, "omsupgrades", Verbs = "get,list")]
[EntityRbac(ApiGroup.Name, "databaserollingupgrades", Verbs = "get,list")]
[EntityRbac(ApiGroup.Name, "snapshotrestores", Verbs = "get,list")]
internal sealed partial class RetentionRun(SnapshotServices services)
{
    private const int MostRemovals = 3;
    private static readonly TimeSpan AtLeastEvery = TimeSpan.FromMinutes(10);

    private readonly ILogger _logger = services.Loggers.CreateLogger<RetentionRun>();
    // These writes wake the controller of the object.
    private readonly StatusWriter<BackupSnapshot, BackupSnapshotStatus> _statuses = new(
        services.Kubernetes.UpdateStatusAsync,
        services.Events,
        CrdsJsonContext.Default.BackupSnapshotStatus,
        static snapshot => snapshot.Status,
        static (snapshot, status) => snapshot with { Status = status });

    private readonly Dictionary<string, string> _said = new(StringComparer.Ordinal);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await SweepAsync(cancellationToken);
                await services.Retention.WaitAsync(AtLeastEvery, services.Time, cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                // Any exception is caught: without this loop no snapshot is removed until another operator leads.
                if (exception is KubernetesException or ActRefusedException)
                {
                    Failed(_logger, exception.Message);
                }
                else
                {
                    Unexpected(_logger, exception);
                }

                await services.Retention.WaitAsync(TimeSpan.FromMinutes(1), services.Time, cancellationToken)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        var found = await services.Scope.ListAsync<BackupSnapshot>(
            services.Kubernetes, new ListOptions { TolerateUnreadable = true }, cancellationToken);
        var there = found.Items.Where(s => s.Metadata.DeletionTimestamp is null).ToList();
        var policies = there.FindAll(s => Asks(s.Spec.Retention));
        var due = DueTime.Read(services.Kubernetes, services.Time);
        if (due.Now is not { } now)
        {
            SayClocks(policies, due.Doubt);
            return;
        }

        foreach (var unfinished in there.Where(s => s.Status?.Phase == BackupSnapshotPhases.Expiring))
        {
            await GuardedAsync(unfinished, () => FinishAsync(unfinished, cancellationToken));
        }

        var kept = there.Where(s => s.Status is
        {
            Phase: BackupSnapshotPhases.Succeeded,
            Verified: not null,
            SnapshotID: not null,
        });

        // A namespace is a tenant: a snapshot of another namespace is never removed because both name the same series.
        foreach (var place in
            kept.GroupBy(
                s => (s.Metadata.Namespace, StorageText.Of(s.StoredIn()), Path: s.Spec.PathPrefix?.Trim('/') ?? "")))
        {
            if (place.Any(policies.Contains) || place.Any(s => s.Status!.ExpiresAt is not null))
            {
                await GuardedAsync(place.First(), () => PlaceAsync([.. place], now, cancellationToken));
            }
        }
    }

    private static bool Asks(RetentionSpec? policy) => policy is { KeepLast: not null } or { KeepFor: not null };

    private void SayClocks(IEnumerable<BackupSnapshot> policies, string doubt)
    {
        foreach (var newest in policies.GroupBy(s => s.Metadata.Namespace, StringComparer.Ordinal).Select(
            g => g.MaxBy(s => s.Metadata.CreatedAt)!))
        {
            Say(newest, $"Retention removes nothing. {doubt}");
        }
    }

    // A snapshot is older than its object only if the object was made again later; it is never from the future.
    private static string? DoubtOf(BackupSnapshot snapshot, DateTimeOffset takenAt, DateTimeOffset now)
    {
        var created = snapshot.Metadata.CreatedAt ?? now;
        return takenAt >= created - ClockSkew.Largest && takenAt <= now + ClockSkew.Largest
            ? null
            : $"Its manifest says that it was taken at {takenAt:u}, but its object was created at "
                + $"{created:u} and it is {now:u} on the API server: a clock was wrong, or the object was made again "
                + "later. It does not count as the newest and is not removed. Delete the object if it is not needed.";
    }

    private async Task<BackupSnapshot> WriteAsync(
        BackupSnapshot snapshot, BackupSnapshotStatus status, CancellationToken cancellationToken)
    {
        var written = await _statuses.WriteAsync(
            snapshot, _statuses.Fit(snapshot, status, always: true)!, cancellationToken);
        services.Changes.Set();
        return written;
    }

    private async Task<string?> UserOfAsync(BackupSnapshot snapshot, CancellationToken cancellationToken) =>
        (await SnapshotReferences.ReadAsync(services.Kubernetes, services.Scope, cancellationToken)).UserOf(snapshot);

    private static string SeriesOf(BackupSnapshot snapshot, SnapshotManifest manifest) =>
        snapshot.Spec.Series is { } named
        ? $"series {named}"
        : $"server {manifest.Server.Key}: "
            + $"{string.Join(", ", manifest.Databases.Select(d => d.Name).Order(StringComparer.Ordinal))}";

    // Null if its manifest is missing or cannot be read, or is of another namespace: then it is in no series, so it is
    // neither counted nor removed.
    private async Task<KnownSnapshot?> FindAsync(
        BackupSnapshot snapshot, ISnapshotStorage storage, CancellationToken cancellationToken)
    {
        var location = new SnapshotLocation(storage, snapshot.Spec.PathPrefix ?? "", snapshot.Status!.SnapshotID!);
        try
        {
            return await services.Snapshotter.FindAsync(location, cancellationToken) is { } manifest
                && (services.Storages.Shared
                    || manifest.Owner is not { } owner
                    || owner.Namespace == snapshot.Metadata.Namespace)
                ? new KnownSnapshot(snapshot, location, manifest.CreatedAt, SeriesOf(snapshot, manifest))
                : null;
        }
        catch (SnapshotException e) when (e.Failure is SnapshotFailure.ManifestInvalid or SnapshotFailure.NotFound
            or SnapshotFailure.InvalidRequest)
        {
            return null;
        }
    }

    private async Task PlaceAsync(
        List<BackupSnapshot> snapshots, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var storage = await services.Storages.OpenAsync(
            snapshots[0].StoredIn(), snapshots[0].Metadata.Namespace, cancellationToken);
        var known = new List<KnownSnapshot>();
        foreach (var snapshot in snapshots)
        {
            if (await FindAsync(snapshot, storage, cancellationToken) is { } one)
            {
                known.Add(one);
            }
        }

        // The API server's times have whole seconds: of two objects of one second the later dump is the newer.
        foreach (var series in known
            .OrderByDescending(p => p.Snapshot.Metadata.CreatedAt)
            .ThenByDescending(p => p.TakenAt)
            .GroupBy(p => p.Series, StringComparer.Ordinal))
        {
            await SeriesAsync(series.Key, [.. series], now, cancellationToken);
        }
    }

    private async Task SeriesAsync(
        string name, List<KnownSnapshot> series, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var newest = series.Find(p => DoubtOf(p.Snapshot, p.TakenAt, now) is null)?.Snapshot;
        var policy = newest?.Spec.Retention;
        if (!Asks(policy) && series.TrueForAll(p => p.Snapshot.Status!.ExpiresAt is null))
        {
            return;
        }

        var references = await SnapshotReferences.ReadAsync(services.Kubernetes, services.Scope, cancellationToken);
        var candidates = new List<RetentionCandidate>();
        foreach (var (snapshot, location, takenAt, _) in series)
        {
            var presence = await services.Snapshotter.CheckPresenceAsync(location, cancellationToken);
            candidates.Add(
                new RetentionCandidate(
                    snapshot.Metadata.Name,
                    snapshot.Metadata.CreatedAt ?? now,
                    presence.IsGood,
                    references.UserOf(snapshot))
                {
                    Doubt = DoubtOf(snapshot, takenAt, now),
                });
        }

        var byName = series.ToDictionary(p => p.Snapshot.Metadata.Name, p => p.Snapshot, StringComparer.Ordinal);
        var choice = RetentionRules.Choose(candidates, policy, now);
        foreach (var (one, why) in choice.Kept)
        {
            Say(byName[one], why);
        }

        var removals = choice.Remove.ToDictionary(StringComparer.Ordinal);
        foreach (var (snapshot, _, _, _) in series)
        {
            await AnnounceAsync(
                snapshot, newest, removals.GetValueOrDefault(snapshot.Metadata.Name), now, cancellationToken);
        }

        foreach (var (one, why) in choice.Remove
            .Where(r => DueTime.IsDue(byName[r.Key].Status!.ExpiresAt, byName[r.Key].Metadata.CreatedAt ?? now, now))
            .Take(MostRemovals))
        {
            await GiveUpAsync(byName[one], newest!, $"{name}: {why}", cancellationToken);
        }
    }

    private async Task AnnounceAsync(
        BackupSnapshot snapshot,
        BackupSnapshot? newest,
        string? why,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        var stored = snapshot.Status!.ExpiresAt;
        DateTimeOffset? at = why is null
            ? null
            : DueTime.Announce(stored, snapshot.Metadata.CreatedAt ?? now, now);
        if (at == stored)
        {
            return;
        }

        var written = await WriteAsync(snapshot, snapshot.Status with { ExpiresAt = at }, cancellationToken);
        if (why is not null)
        {
            services.Events.Normal(
                written,
                Reasons.Expiring,
                $"Retention removes the files under {snapshot.Status.Path} after {at:u}: {why} (spec.retention of "
                + $"{newest?.Metadata.Name}). To keep them, change that policy before.");
        }
    }

    private async Task GiveUpAsync(
        BackupSnapshot snapshot, BackupSnapshot newest, string why, CancellationToken cancellationToken)
    {
        services.Fence.EnsureMayAct();
        var fresh = await services.Kubernetes.GetAsync<BackupSnapshot>(
            snapshot.Metadata.Name, snapshot.Metadata.Namespace, cancellationToken);
        if (fresh is null
            || fresh.Metadata.Uid != snapshot.Metadata.Uid
            || fresh.Metadata.DeletionTimestamp is not null
            || fresh.Status?.Phase != BackupSnapshotPhases.Succeeded)
        {
            return;
        }

        var expiring = SnapshotStatusComposer.Expiry(
            fresh,
            BackupSnapshotPhases.Expiring,
            Reasons.Expiring,
            $"The files under {fresh.Status.Path} are being removed: {why} (spec.retention of "
            + $"{newest.Metadata.Name}).",
            services.Time.GetUtcNow());
        var marked = await WriteAsync(fresh, expiring, cancellationToken);
        if (await UserOfAsync(marked, cancellationToken) is { } user)
        {
            // A user of the snapshot that appeared since then existed before any file was removed, so Expiring is
            // reverted. The write is based on this process's own write: if a successor has written since, it is
            // refused.
            await WriteAsync(marked, fresh.Status, cancellationToken);
            Say(fresh, user);
            return;
        }

        await RemoveAsync(marked, why, cancellationToken);
        services.Events.Normal(
            newest,
            Reasons.Expired,
            $"Retention removed the files of {fresh.Metadata.Name} under {fresh.Status.Path}: {why}.");
    }

    // An earlier run decided the removal and was interrupted; the remaining files cannot be restored from.
    private async Task FinishAsync(BackupSnapshot snapshot, CancellationToken cancellationToken)
    {
        if (await UserOfAsync(snapshot, cancellationToken) is { } user)
        {
            Say(snapshot, user);
            return;
        }

        var location = await services.LocateAsync(snapshot, cancellationToken);
        if (await SnapshotServices.ForeignAsync(location, cancellationToken) is { } foreign)
        {
            Say(snapshot, $"{foreign}. Mount the original one.");
            return;
        }

        await RemoveAsync(snapshot, "an interrupted removal was finished", cancellationToken);
    }

    private async Task RemoveAsync(BackupSnapshot snapshot, string why, CancellationToken cancellationToken)
    {
        services.Fence.EnsureMayAct();
        await services.RemoveAsync(
            snapshot,
            await services.LocateAsync(snapshot, cancellationToken),
            keepFiles: false,
            cancellationToken);
        var message = $"Retention removed the files under {snapshot.Status!.Path}: {why}.";
        var expired = SnapshotStatusComposer.Expiry(
            snapshot, BackupSnapshotPhases.Expired, Reasons.Expired, message, services.Time.GetUtcNow());
        var written = await WriteAsync(snapshot, expired, cancellationToken);
        services.Events.Normal(written, Reasons.Expired, message);
        Removed(_logger, written.Metadata.Namespace, written.Metadata.Name, message);
    }

    // One unavailable storage, or a conflicting write of one object, must not stop the other removals.
    private async Task GuardedAsync(BackupSnapshot about, Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (Exception exception) when (exception is SnapshotException or IOException or UnauthorizedAccessException)
        {
            Say(about, exception.Message);
        }
        catch (KubernetesConflictException exception)
        {
            Failed(_logger, exception.Message);
        }
    }

    // The same Event every ten minutes would be noise.
    private void Say(BackupSnapshot snapshot, string why)
    {
        if (_said.GetValueOrDefault(snapshot.Metadata.Uid!) == why)
        {
            return;
        }

        _said[snapshot.Metadata.Uid!] = why;
        services.Events.Normal(snapshot, Reasons.RetentionKept, why);
        Kept(_logger, snapshot.Metadata.Namespace, snapshot.Metadata.Name, why);
    }

    // Many are in memory at once, so only this of a manifest is kept.
    private sealed record KnownSnapshot(
        BackupSnapshot Snapshot, SnapshotLocation Location, DateTimeOffset TakenAt, string Series);

    [LoggerMessage(
        Level = LogLevel.Warning, Message = "Retention could not check all snapshots and will retry: {Message}")]
    private static partial void Failed(ILogger logger, string message);

    [LoggerMessage(Level = LogLevel.Error, Message = "Retention failed unexpectedly and will retry.")]
    private static partial void Unexpected(ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Information, Message = "BackupSnapshot {Namespace}/{Name}: {Message}")]
    private static partial void Removed(ILogger logger, string? Namespace, string name, string message);

    [LoggerMessage(Level = LogLevel.Information, Message = "Retention keeps BackupSnapshot {Namespace}/{Name}: {Why}")]
    private static partial void Kept(ILogger logger, string? Namespace, string name, string why);
}
