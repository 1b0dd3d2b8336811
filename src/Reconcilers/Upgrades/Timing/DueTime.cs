namespace Drydock.Reconcilers.Upgrades;

/// <summary>Decides what is irreversible and due by time: what retention removes, the cleanup after a success, the last
/// start (<c>spec.notAfter</c>). Nothing else compares these times. Pure.
/// <list type="number">
/// <item>It is now by the clock of the API server, as it answered in the last minutes. While that is not known, or the
/// operator's clock differs too much, nothing is due and nothing starts.</item>
/// <item>What is removed is announced before, in status and by an Event: for the end of its age, and at the earliest
/// for a day later.</item>
/// <item>It is removed once the announcement that is stored has passed. A status that was put back to before it, or an
/// age that became longer, needs another announcement.</item>
/// </list></summary>
/// <param name="Now">The time of the API server; null if it must not be relied on.</param>
/// <param name="Doubt">Why not, as sentences; empty if it can be.</param>
internal sealed record DueTime(DateTimeOffset? Now, string Doubt)
{
    /// <summary>When a doubt is looked at again.</summary>
    public static TimeSpan Interval { get; } = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan Notice = TimeSpan.FromDays(1);

    public static DueTime Read(IKubernetesClient kubernetes, TimeProvider time)
    {
        if (kubernetes.ServerTime is not { } server)
        {
            return new DueTime(
                null,
                "The time of the API server is unknown, because it has not answered for five minutes. The operator "
                + "continues automatically once it answers.");
        }

        var ahead = server - time.GetUtcNow();
        return ahead.Duration() <= ClockSkew.Largest
            ? new DueTime(server, "")
            : new DueTime(
                null,
                $"The operator's clock is {Math.Round(ahead.Duration().TotalMinutes)} minutes "
                + $"{(ahead > TimeSpan.Zero ? "behind" : "ahead of")} the clock of the API server (at most "
                + $"{ClockSkew.Largest.TotalMinutes} minutes are allowed). Set the clocks by NTP.");
    }

    public static bool IsOlder(DateTimeOffset since, string age, DateTimeOffset now) =>
        now - since >= KubernetesDuration.Parse(age);

    /// <summary>The announcement to store.</summary>
    /// <param name="stored">The one that is stored.</param>
    /// <param name="wished">When its age ends.</param>
    public static DateTimeOffset Announce(DateTimeOffset? stored, DateTimeOffset wished, DateTimeOffset now)
    {
        var earliest = wished > now + Notice ? wished : now + Notice;
        return stored >= wished && stored < earliest ? stored.Value : earliest;
    }

    public static bool IsDue(DateTimeOffset? stored, DateTimeOffset wished, DateTimeOffset now) =>
        stored >= wished && stored <= now;

    /// <summary>How long until an announcement has passed; zero also while the time is in doubt.</summary>
    public TimeSpan Until(DateTimeOffset announced) =>
        announced > Now ? announced - Now.Value : TimeSpan.Zero;

    /// <summary>Why a run must not start now; null if it may.</summary>
    public Blocker? RefuseStart(DateTimeOffset? notAfter) => notAfter is not { } last
        ? null
        : Now is not { } now
            ? new Blocker(
                Reasons.ClockSkew,
                $"Whether spec.notAfter ({Text(last)}) has passed is not known, so nothing is started. {Doubt}")
            : now > last
                ? new Blocker(
                    Reasons.TooLate,
                    $"spec.notAfter is {Text(last)} and has passed. Nothing was started, and nothing will be. "
                    + "Set a later spec.notAfter if this run is still wanted; otherwise delete the object.")
                : null;

    public static string Text(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
