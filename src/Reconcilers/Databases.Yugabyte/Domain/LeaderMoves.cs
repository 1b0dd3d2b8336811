namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>How many tablet leaders the load balancer of a master moves in one run, about once a second: in all, and of
/// one table. Up to 2.18 the defaults are 2 and 1, with which 5,000 leaders take over 40 minutes to leave; later
/// versions have 100 and no limit of a table (docs/research/yugabytedb.md#admin-tool). Pure.</summary>
/// <param name="All">load_balancer_max_concurrent_moves.</param>
/// <param name="PerTable">load_balancer_max_concurrent_moves_per_table; negative for the value of all.</param>
internal sealed record LeaderMoves(long All, long PerTable)
{
    public const string AllFlag = "load_balancer_max_concurrent_moves";
    public const string PerTableFlag = "load_balancer_max_concurrent_moves_per_table";

    // The later default of the vendor.
    private const long Fast = 100;

    public LeaderMoves Wanted => new(Math.Max(All, Fast), PerTable < 0 ? PerTable : Math.Max(PerTable, Fast));

    public bool IsSlow => Wanted != this;

    /// <summary>Whether these are the values that an upgrade sets where a table has a limit of its own; no version has
    /// them by default.</summary>
    public bool IsOfUpgrade => this is { All: Fast, PerTable: Fast };

    public static LeaderMoves? Of(IReadOnlyDictionary<string, string> flags) =>
        Number(flags, AllFlag) is { } all && Number(flags, PerTableFlag) is { } perTable
            ? new LeaderMoves(all, perTable)
            : null;

    public IEnumerable<(string Flag, long Value)> ChangeTo(LeaderMoves other)
    {
        if (All != other.All)
        {
            yield return (AllFlag, other.All);
        }

        if (PerTable != other.PerTable)
        {
            yield return (PerTableFlag, other.PerTable);
        }
    }

    /// <summary>What a master has to have again that has these values now: a value that is not the one of the upgrade
    /// was changed by an administrator, or the master was restarted, and stays.</summary>
    public LeaderMoves Restored(LeaderMoves former) => new(
        All == former.Wanted.All ? former.All : All,
        PerTable == former.Wanted.PerTable ? former.PerTable : PerTable);

    public static string Text(IEnumerable<KeyValuePair<string, LeaderMoves>> masters) => string.Join(
        ',',
        masters.Select(m => string.Create(
            CultureInfo.InvariantCulture, $"{m.Key}={m.Value.All}/{m.Value.PerTable}")));

    /// <summary>Reads such a text; empty for null.</summary>
    /// <exception cref="FormatException">It is no such text.</exception>
    public static IReadOnlyDictionary<string, LeaderMoves> Parse(string? text)
    {
        var masters = new Dictionary<string, LeaderMoves>(StringComparer.Ordinal);
        foreach (var part in (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, values) = (part.Split('=')[0], part[(part.IndexOf('=', StringComparison.Ordinal) + 1)..]);
            var numbers = values.Split('/');
            masters[name] = numbers.Length == 2
                ? new LeaderMoves(
                    long.Parse(numbers[0], CultureInfo.InvariantCulture),
                    long.Parse(numbers[1], CultureInfo.InvariantCulture))
                : throw new FormatException($"'{part}' is not NAME=ALL/PERTABLE");
        }

        return masters;
    }

    private static long? Number(IReadOnlyDictionary<string, string> flags, string name) =>
        flags.TryGetValue(name, out var text)
        && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
}
