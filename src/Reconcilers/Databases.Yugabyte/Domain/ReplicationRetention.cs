namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>How long the source of a replication group keeps its log for a target that does not read it. After that the
/// target has to be bootstrapped again. Pure.</summary>
internal static class ReplicationRetention
{
    public const string Kept = "cdc_wal_retention_time_secs";

    /// <summary>The flag of tablet servers: how long the log is kept at most, for whatever reason.</summary>
    public const string AtMost = "log_max_seconds_to_retain";

    /// <summary>The time that the flags of the source's processes allow; null if none of them says it.</summary>
    public static TimeSpan? Of(IEnumerable<IReadOnlyDictionary<string, string>> flags)
    {
        var spans = flags.SelectMany(f => new[] { Seconds(f, Kept), Seconds(f, AtMost) }).OfType<TimeSpan>().ToList();
        return spans.Count == 0 ? null : spans.Min();
    }

    // 0 and negative numbers are no limit.
    private static TimeSpan? Seconds(IReadOnlyDictionary<string, string> flags, string name) =>
        flags.TryGetValue(name, out var text)
        && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
        && seconds > 0
            ? TimeSpan.FromSeconds(seconds)
            : null;
}
