namespace Drydock.Reconcilers.Snapshots;

/// <summary>Keys of <c>status.receipt</c> of a restore.</summary>
internal static class RestoreReceipt
{
    /// <summary>The job that may write; a successor replaces it by its own.</summary>
    public const string Job = "job";

    /// <summary>When the attempt started or resumed after a pause: the timeout counts from there.</summary>
    public const string Since = "since";

    /// <summary>The server on which the restore of the databases started.</summary>
    public const string Server = "server";

    /// <summary>Names of the Leases by which the restore holds its databases, comma separated.</summary>
    public const string Claims = "claims";

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
