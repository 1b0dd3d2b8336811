namespace Drydock.Reconcilers.Snapshots;

/// <summary>What a restore with mode: Plan would drop and load, and what would stop it, for status.</summary>
internal static class RestorePlanText
{
    public static string Of(SnapshotRestoreSpec spec, RestoreWork work)
    {
        var drops = work.State.Databases.Where(d => d.Exists).ToList();
        var refused = drops.Where(d => !spec.AllowDrop.Contains(d.Name, StringComparer.Ordinal))
            .Select(d => d.Name)
            .ToList();
        var dropped = drops.Select(d => string.Create(CultureInfo.InvariantCulture, $"{d.Name} ({d.Tables} tables)"));
        return Sentences.Join(
            string.Create(
                CultureInfo.InvariantCulture,
                $"Snapshot {work.Manifest.Id} of {work.Manifest.StartedAt:u} is valid. {work.Databases.Count} "
                + $"databases would be loaded at {work.State.Address}."),
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
                : $"Sessions of other accounts are not visible: account {work.State.Account} lacks PROCESS.",
            work.Unverified,
            "Nothing was changed.");
    }
}
