namespace Drydock.Benchmarks;

/// <summary>
/// The part of docs/reliability.md that <c>make soak</c> writes; the rest is the ledger of <c>make chaos</c>, which
/// keeps it.
/// </summary>
internal static class SoakSection
{
    private const string Begin = "## Soak\n";
    private const string End = "## Every case\n";

    /// <summary>The section with its heading, or nothing if there is none yet.</summary>
    public static string Read(string path)
    {
        var page = File.Exists(path) ? File.ReadAllText(path) : "";
        var begin = page.IndexOf(Begin, StringComparison.Ordinal);
        var end = page.IndexOf(End, StringComparison.Ordinal);
        return begin < 0 || end < begin ? "" : page[begin..end];
    }

    /// <summary>Replaces it.</summary>
    /// <exception cref="InvalidDataException">The page has no list of cases, before which it stands.</exception>
    public static async Task WriteAsync(string path, string text, CancellationToken cancellationToken)
    {
        var page = await File.ReadAllTextAsync(path, cancellationToken);
        if (Read(path) is { Length: > 0 } former)
        {
            page = page.Replace(former, "", StringComparison.Ordinal);
        }

        var at = page.IndexOf(End, StringComparison.Ordinal);
        if (at < 0)
        {
            throw new InvalidDataException($"{path} has no line '{End.TrimEnd()}'; 'make chaos' writes it.");
        }

        await File.WriteAllTextAsync(path, page.Insert(at, $"{Begin}\n{text.Trim()}\n\n"), cancellationToken);
    }
}
