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
    /// <exception cref="RestoreStopException">A database was completed, or an administrator must decide.</exception>
    public static void Require(
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
        if (found.Length == 0 || Ask(restore, $"{work.State.Identity}\n{found}") is not { } accept)
        {
            return;
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
            + $". If the databases are right, {leave}. Or drop them: {accept}.");
    }

    /// <summary>Requires the server that the upgrade planned for: the databases of another one are perhaps not those
    /// that the rollback is about. After a failover it is right.</summary>
    /// <exception cref="RestoreStopException">An administrator must decide.</exception>
    public static void RequireServer(SnapshotRestore restore, RestoreWork work)
    {
        if (ClaimTarget.ServerOf(work.Upgrade?.Status?.Target?.Identity) is { } planned
            && planned != work.State.Identity
            && Ask(restore, $"{planned}\n{work.State.Identity}") is { } accept)
        {
            throw RestoreStopException.Failed(
                Reasons.OutcomeUnknown,
                $"{work.State.Address} is now the server {work.State.Identity}, but the upgrade planned for and "
                + $"dumped {planned}. Nothing was dropped, and nothing continues automatically. If the address or "
                + $"the DNS name is wrong, correct it, then set the annotation {Annotations.Retry} of this object. If "
                + $"this server replaced the other one (failover), restore to it with {accept}.");
        }
    }

    // The command that accepts exactly what was found; null if it was given.
    private static string? Ask(SnapshotRestore restore, string found)
    {
        var word = RestoreApproval.WordFor(Uid(restore), [found]);
        var given = RunTokens.List(restore.Metadata, Annotations.Approve).Append(word);
        return RestoreApproval.IsGiven(restore, word)
            ? null
            : $"`kubectl -n {restore.Metadata.Namespace} annotate snapshotrestore {restore.Metadata.Name} --overwrite "
                + $"{Annotations.Approve}={string.Join(',', given)} {Annotations.Retry}={word}`";
    }

    private static bool IsSame(SnapshotRestore restore, RestoreWork work, RestoreWitness witness) =>
        witness.State == RestoreWitnessState.Restored
            && witness.Snapshot == work.Manifest.Id
            && (witness.Name == NameOf(restore)
                || (work.UpgradeUid is not null && !work.Known.Contains(witness.Restore, StringComparer.Ordinal)));

    private static string NameOf(SnapshotRestore restore) => $"{restore.Metadata.Namespace}/{restore.Metadata.Name}";
}

/// <summary>What was found in a database.</summary>
internal sealed record RestoreFinding(string Database, bool IsEmpty, IReadOnlyList<RestoreWitness> Witnesses);
