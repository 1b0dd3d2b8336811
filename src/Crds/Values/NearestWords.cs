namespace Drydock.Crds.Values;

/// <summary>The right words for one that is misspelt.</summary>
public static class NearestWords
{
    /// <summary>The words that differ least, in fewer than half of the letters; empty if none is near.</summary>
    public static IReadOnlyList<string> Of(string word, IEnumerable<string> known) => known
        .GroupBy(k => Distance(k, word))
        .Where(near => 2 * near.Key < word.Length)
        .MinBy(near => near.Key)?.Distinct(StringComparer.Ordinal).ToList() ?? [];

    /// <summary>"Did you mean A or B?" with a blank before it; empty if none is near.</summary>
    public static string Question(IReadOnlyList<string> near) =>
        near.Count == 0 ? "" : $" Did you mean {string.Join(" or ", near)}?";

    /// <summary>How many letters have to be added, removed, replaced or swapped with the next one. Case does not
    /// matter.</summary>
    public static int Distance(string a, string b)
    {
        (a, b) = (a.ToUpperInvariant(), b.ToUpperInvariant());
        var cost = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            for (var j = 0; j <= b.Length; j++)
            {
                cost[i, j] = i == 0 || j == 0
                    ? i + j
                    : Math.Min(
                        Math.Min(cost[i - 1, j], cost[i, j - 1]) + 1,
                        cost[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    cost[i, j] = Math.Min(cost[i, j], cost[i - 2, j - 2] + 1);
                }
            }
        }

        return cost[a.Length, b.Length];
    }
}
