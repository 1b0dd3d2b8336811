namespace Drydock.Cli.Explanations;

/// <summary>The page docs/reference/reasons.md, by reason: it is compiled into the program.</summary>
internal sealed partial class ReasonBook
{
    private const int MostAlike = 3;
    private readonly SortedDictionary<string, string> _sections = new(StringComparer.Ordinal);

    private ReasonBook(string page)
    {
        foreach (var section in Section().Matches(page).Select(m => m.Groups))
        {
            _sections[section["reason"].Value] = section["text"].Value.Trim();
        }
    }

    public static ReasonBook Instance { get; } = new(Load());

    public IReadOnlyCollection<string> Reasons => _sections.Keys;

    /// <summary>The section of a reason, as Markdown; null if there is none. Case does not matter.</summary>
    public string? Find(string reason) =>
        _sections.FirstOrDefault(s => s.Key.Equals(reason, StringComparison.OrdinalIgnoreCase)).Value;

    public IReadOnlyList<string> Alike(string reason) =>
    [
        .. Reasons.Where(r => r.Contains(reason, StringComparison.OrdinalIgnoreCase)
            || reason.Contains(r, StringComparison.OrdinalIgnoreCase)
            || NearestWords.Distance(r, reason) <= 2).Take(MostAlike),
    ];

    private static string Load()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("reasons.md")
            ?? throw new InvalidOperationException("The program was built without docs/reference/reasons.md.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    // A section ends at the next heading.
    [GeneratedRegex(
        @"^## (?<reason>[A-Za-z]+)\n(?<text>((?!## ).*\n)*)",
        RegexOptions.Multiline | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        1000)]
    private static partial Regex Section();
}
