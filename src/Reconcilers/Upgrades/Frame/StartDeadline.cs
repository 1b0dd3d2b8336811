namespace Drydock.Reconcilers.Upgrades;

/// <summary>The time of <c>spec.notAfter</c>, after which nothing is started.</summary>
internal static class StartDeadline
{
    /// <summary>Why nothing may be started now, whole sentences; null if it may.</summary>
    /// <param name="notAfter">The time, as the spec has it; null for none.</param>
    public static string? Missed(DateTimeOffset? notAfter, DateTimeOffset now) => notAfter is { } last && now > last
        ? $"spec.notAfter is {Text(last)} and has passed. Nothing was started, and nothing will be. "
            + "Set a later spec.notAfter if this run is still wanted; otherwise delete the object."
        : null;

    public static string Text(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}

/// <summary>The time limit that a field asks for, as a timer takes it: at most 49 days.</summary>
internal static class TimeLimit
{
    public static TimeSpan Parse(string text) => Timers.Clamp(KubernetesDuration.Parse(text));
}
