namespace Drydock.Reconcilers.Snapshots;

/// <summary>Keys of <c>status.receipt</c> of a restore.</summary>
internal static class RestoreReceipt
{
    public const string Job = "job";

    public const string Since = "since";

    public const string Server = "server";

    public const string Claims = "claims";

    /// <summary>UID of the object when its first job started.</summary>
    public const string Restore = "restore";

    public static DateTimeOffset Time(string text) =>
        DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind);

    /// <summary>The receipt with one entry set, or removed with null.</summary>
    public static SortedDictionary<string, string> With(
        SortedDictionary<string, string>? receipt, string key, string? value)
    {
        var next = new SortedDictionary<string, string>(
            receipt ?? new SortedDictionary<string, string>(StringComparer.Ordinal), StringComparer.Ordinal);
        if (value is null)
        {
            next.Remove(key);
        }
        else
        {
            next[key] = value;
        }

        return next;
    }
}
