namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>What the readers of outputs share: lines are compared literally, with the white space at their ends taken
/// off.</summary>
internal static class AdminLines
{
    public static IReadOnlyList<string> Of(string output) =>
        output.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    public static int? Number(IReadOnlyList<string> lines, string before)
    {
        foreach (var line in lines)
        {
            if (line.StartsWith(before, StringComparison.Ordinal)
                && int.TryParse(
                    line[before.Length..].Trim().TrimEnd('.'),
                    NumberStyles.None,
                    CultureInfo.InvariantCulture,
                    out var number))
            {
                return number;
            }
        }

        return null;
    }

    public static bool Has(IReadOnlyList<string> lines, params ReadOnlySpan<string> texts)
    {
        foreach (var text in texts)
        {
            if (lines.Contains(text, StringComparer.Ordinal))
            {
                return true;
            }
        }

        return false;
    }
}
