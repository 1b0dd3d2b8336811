namespace Drydock.Reconcilers.Snapshots;

/// <summary>The approval of a restore: of exactly what it would do, and of this object only, so that the same manifest
/// applied again drops nothing. A restore that an upgrade waits for needs none: its consent was given there.</summary>
internal static class RestoreApproval
{
    /// <summary>What the word names, and the hold.</summary>
    public const string What = "Restore";

    private const int Digits = 8;

    // For how long an approved restore may wait for sessions, a server or a claim without another word.
    private static readonly TimeSpan Counts = TimeSpan.FromDays(1);

    public static string WordFor(SnapshotRestore restore, RestoreWork work) => WordFor(
        RestoreEvidence.Uid(restore),
        [
            work.Manifest.Id, work.State.Identity,
            .. work.Databases.Select(d => $"{d.Name} {work.State.Databases.Any(s => s.Name == d.Name && s.Exists)}"),
        ]);

    /// <param name="uid">Of the object that restores.</param>
    /// <param name="about">What is approved.</param>
    public static string WordFor(string uid, IEnumerable<string> about)
    {
        var text = string.Join('\n', about.Prepend(uid));
        return $"{What}@{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..Digits]}.1";
    }

    public static bool IsGiven(SnapshotRestore restore, string word) =>
        Given(restore).Any(g => g.Text.Equals(word, StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether there are words of which status says nothing.</summary>
    public static bool HasNew(SnapshotRestore restore) => New(restore, restore.Status).Any();

    /// <summary>The status with the words that it says nothing of: one is for the restore as it is.</summary>
    public static SnapshotRestoreStatus Record(
        SnapshotRestore restore, SnapshotRestoreStatus status, string word, DateTimeOffset now)
    {
        var approvals = status.Approvals
            .Concat(New(restore, status).Select(given => RunWords.Used(given, now) with
            {
                Ignored = given.Text.Equals(word, StringComparison.OrdinalIgnoreCase)
                    ? null
                    : $"It is for something else. What would be restored now has the word {word}.",
            }))
            .ToList();
        var here = Given(restore).Select(g => g.Text).ToHashSet(StringComparer.Ordinal);
        return status with
        {
            Approvals = RunTokens.Trim(approvals, 2 * SchemaLimits.History, a => here.Contains(a.Word)),
        };
    }

    /// <summary>Refuses to start too late: a restore that waited for days must not drop databases that are in use
    /// again.</summary>
    /// <exception cref="RestoreStopException">The restore must not start.</exception>
    public static void RequireInTime(SnapshotServices services, SnapshotRestore restore)
    {
        if (RestoreProgress.HasBegun(restore.Status))
        {
            return;
        }

        var due = DueTime.Read(services.Kubernetes, services.Time);
        if (due.RefuseStart(restore.Spec.NotAfter) is { } late)
        {
            throw late.Reason == Reasons.TooLate
                ? RestoreStopException.Failed(late.Reason, late.Message)
                : RestoreStopException.Blocked(late.Reason, late.Message);
        }

        if (restore.Spec.NotAfter is null
            && restore.Status?.Approvals.FindLast(a => a.Accepted)?.At is { } approved
            && services.Time.GetUtcNow() > approved + Counts)
        {
            throw RestoreStopException.Failed(
                Reasons.TooLate,
                $"The restore was approved at {DueTime.Text(approved)} and could not begin within a day. Nothing was "
                + "changed. If it is still wanted, set spec.notAfter to a later time; otherwise delete the object.");
        }
    }

    private static IEnumerable<GivenWord> New(SnapshotRestore restore, SnapshotRestoreStatus? status) =>
        Given(restore).Where(g => status?.Approvals.Exists(a => a.Word == g.Text) != true);

    private static IEnumerable<GivenWord> Given(SnapshotRestore restore) =>
        RunWords.Approvals(restore.Metadata, restore.Spec.Approvals);
}
