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
        restore,
        [
            work.Manifest.Id, work.State.Identity,
            .. work.Databases.Select(d => $"{d.Name} {work.State.Databases.Any(s => s.Name == d.Name && s.Exists)}"),
        ]);

    /// <summary>The word for what is asked for now. Its number passes those of words without effect, so that none of
    /// them counts when the same is asked for again.</summary>
    /// <param name="about">What is approved.</param>
    public static string WordFor(SnapshotRestore restore, IEnumerable<string> about)
    {
        var text = string.Join('\n', about.Prepend(RestoreEvidence.Uid(restore)));
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..Digits];
        var spent = (restore.Status?.Approvals ?? []).FindAll(a => !a.Accepted).ConvertAll(a => KeyOf(a.Word));
        return Enumerable.Range(1, spent.Count + 1)
            .Select(number => $"{What}@{hash}.{number}")
            .First(word => !spent.Contains(KeyOf(word)));
    }

    public static bool IsGiven(SnapshotRestore restore, string word) =>
        Given(restore).Any(g => g.Key == KeyOf(word));

    /// <summary>Whether there are words of which status says nothing.</summary>
    public static bool HasNew(SnapshotRestore restore) => New(restore, restore.Status).Any();

    /// <summary>The status with the words that it says nothing of. Those that were accepted for something else end,
    /// until the restore has begun.</summary>
    /// <param name="word">The word of the restore as it is now.</param>
    /// <param name="accepted">The words that accepted what was found in the databases.</param>
    public static SnapshotRestoreStatus Record(
        SnapshotRestore restore,
        SnapshotRestoreStatus status,
        string word,
        IEnumerable<string> accepted,
        DateTimeOffset now)
    {
        var begun = RestoreProgress.HasBegun(restore.Status);
        var counting = accepted.Concat(begun ? [] : [word]).Select(KeyOf).ToHashSet(StringComparer.Ordinal);
        var approvals = status.Approvals
            .Select(a => begun || !a.Accepted || counting.Contains(KeyOf(a.Word)) ? a : a with
            {
                Ignored = $"What would be restored changed before the restore began. Now it has the word {word}.",
            })
            .Concat(New(restore, status).Select(given => RunWords.Used(given, now) with
            {
                Ignored = counting.Contains(given.Key) ? null
                    : begun ? "It is for something else. The restore has begun and needs no approval."
                    : $"It is for something else. What would be restored now has the word {word}.",
            }))
            .ToList();
        var here = Given(restore).Select(g => g.Key).ToHashSet(StringComparer.Ordinal);
        return status with
        {
            Approvals = RunTokens.Trim(approvals, 2 * SchemaLimits.History, a => here.Contains(KeyOf(a.Word))),
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
        Given(restore).Where(g => status?.Approvals.Exists(a => KeyOf(a.Word) == g.Key) != true);

    private static IEnumerable<GivenWord> Given(SnapshotRestore restore) =>
        RunWords.Approvals(restore.Metadata, restore.Spec.Approvals).DistinctBy(g => g.Key, StringComparer.Ordinal);

    private static string KeyOf(string word) => GivenWord.KeyOf(GivenWord.KindOf(word), word);
}
