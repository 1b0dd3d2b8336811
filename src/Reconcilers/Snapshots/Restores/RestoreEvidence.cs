namespace Drydock.Reconcilers.Snapshots;

/// <summary>Compares the status of a restore with the witnesses in its databases. A status may be older than the
/// databases, because etcd or the object was restored from a backup. Pure.</summary>
internal static class RestoreEvidence
{
    /// <summary>The UID under which the restore began: an object that was restored together with its status has another
    /// UID and is the same restore.</summary>
    public static string Uid(SnapshotRestore restore) =>
        restore.Status?.Receipt?.GetValueOrDefault(RestoreReceipt.Restore) ?? restore.Metadata.Uid ?? "";

    public static RestoreWitness Witness(SnapshotRestore restore, SnapshotManifest manifest) =>
        new(Uid(restore), NameOf(restore), manifest.Id, RestoreWitnessState.Begun);

    /// <summary>Whether this restore completed the database, whatever its status says.</summary>
    public static bool IsRestored(SnapshotRestore restore, IEnumerable<RestoreWitness> witnesses) =>
        witnesses.Any(w => w.Restore == Uid(restore) && w.State == RestoreWitnessState.Restored);

    public static RestoreStopException Completed(params IEnumerable<string> databases) => RestoreStopException.Waits(
        Reasons.Pending,
        $"The witness in {string.Join(", ", databases)} says that this restore completed it. The status was older and "
        + "was corrected. Nothing was dropped.");

    /// <summary>Requires that the restore may drop these databases. What the witnesses must show: a restore that has
    /// begun left one in every database that has objects; one that has not begun must not find that the same snapshot
    /// was already restored by an object of its name or, for an upgrade, by one that the cluster does not know any
    /// more.</summary>
    /// <param name="begun">The restore has begun, by its status or in this job.</param>
    /// <param name="dropped">What this job has dropped.</param>
    /// <returns>The word that accepted what was found; null if none was needed.</returns>
    /// <exception cref="RestoreStopException">A database was completed, or an administrator must decide.</exception>
    public static string? Require(
        SnapshotRestore restore,
        RestoreWork work,
        IReadOnlyCollection<RestoreFinding> databases,
        bool begun,
        IReadOnlyCollection<string> dropped)
    {
        if (databases.FirstOrDefault(d => IsRestored(restore, d.Witnesses)) is { } done)
        {
            throw Completed(done.Database);
        }

        var contradictions = databases
            .Where(d => !d.IsEmpty && !d.Witnesses.Any(w => w.Restore == Uid(restore)))
            .Where(d => begun || d.Witnesses.Any(w => IsSame(restore, work, w)))
            .Select(d => $"{d.Database} ({RestoreGuards.StateOf(restore.Status, d.Database)} in status) has objects "
                + "and " + (d.Witnesses.Count == 0 ? "no witness of a restore" : string.Join(", ", d.Witnesses)))
            .ToList();
        var found = string.Join("; ", contradictions);
        var word = RestoreApproval.WordFor(restore, [$"{work.State.Identity}\n{found}"]);
        if (found.Length == 0 || RestoreApproval.IsGiven(restore, word))
        {
            return found.Length == 0 ? null : word;
        }

        var why = begun
            ? $"The status is outdated, or they were replaced (table {RestoreWitness.Table})."
            : "Another object restored it before.";
        var leave = work.UpgradeUid is null
            ? $"delete this object: `kubectl -n {restore.Metadata.Namespace} delete snapshotrestore "
                + $"{restore.Metadata.Name}`"
            : $"abort the upgrade that waits ({Annotations.Abort})";
        throw RestoreStopException.Failed(
            Reasons.OutcomeUnknown,
            $"At {work.State.Address}: {Sentences.List(contradictions, 1)}. {why} "
            + (dropped.Count == 0 ? "Nothing was dropped" : $"Only {string.Join(", ", dropped)} was dropped")
            + $". If the databases are right, {leave}. Or drop them: {Accept(restore, word)}.");
    }

    /// <summary>Requires the server that the upgrade planned for: the databases of another one are perhaps not those
    /// that the rollback is about. After a failover it is right.</summary>
    /// <returns>The word that accepted another server; null if none was needed.</returns>
    /// <exception cref="RestoreStopException">An administrator must decide.</exception>
    public static string? RequireServer(SnapshotRestore restore, RestoreWork work)
    {
        if (ClaimTarget.ServerOf(work.Upgrade?.Status?.Target?.Identity) is not { } planned
            || planned == work.State.Identity)
        {
            return null;
        }

        var word = RestoreApproval.WordFor(restore, [$"{planned}\n{work.State.Identity}"]);
        return RestoreApproval.IsGiven(restore, word) ? word : throw RestoreStopException.Failed(
            Reasons.OutcomeUnknown,
            $"{work.State.Address} is now the server {work.State.Identity}, but the upgrade planned for and "
            + $"dumped {planned}. Nothing was dropped, and nothing continues automatically. If the address or "
            + $"the DNS name is wrong, correct it, then set the annotation {Annotations.Retry} of this object. If "
            + $"this server replaced the other one (failover), restore to it with {Accept(restore, word)}.");
    }

    // The command that accepts exactly what was found.
    private static string Accept(SnapshotRestore restore, string word) =>
        $"`kubectl -n {restore.Metadata.Namespace} annotate snapshotrestore {restore.Metadata.Name} --overwrite "
        + $"{Annotations.Approve}="
        + $"{string.Join(',', RunTokens.List(restore.Metadata, Annotations.Approve).Append(word))} "
        + $"{Annotations.Retry}={word}`";

    private static bool IsSame(SnapshotRestore restore, RestoreWork work, RestoreWitness witness) =>
        witness.State == RestoreWitnessState.Restored
            && witness.Snapshot == work.Manifest.Id
            && (witness.Name == NameOf(restore)
                || (work.UpgradeUid is not null && !work.Known.Contains(witness.Restore, StringComparer.Ordinal)));

    private static string NameOf(SnapshotRestore restore) => $"{restore.Metadata.Namespace}/{restore.Metadata.Name}";
}

/// <summary>What was found in a database.</summary>
internal sealed record RestoreFinding(string Database, bool IsEmpty, IReadOnlyList<RestoreWitness> Witnesses);
