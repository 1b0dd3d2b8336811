namespace Drydock.Reconcilers.Oms;

/// <summary>Components in one line for status, and back: <c>Store ACTIVE x2, Incr-Sync RUNNING</c>. Pure.</summary>
internal static class ComponentSummary
{
    private static readonly (ProjectComponentKind Kind, string Name)[] Names =
    [
        (ProjectComponentKind.Store, "Store"),
        (ProjectComponentKind.IncrSync, "Incr-Sync"),
        (ProjectComponentKind.FullImport, "Full-Import"),
        (ProjectComponentKind.FullVerification, "Full-Verification"),
        (ProjectComponentKind.ReverseStore, "Reverse-Store"),
        (ProjectComponentKind.ReverseIncrSync, "Reverse-Incr-Sync"),
    ];

    public static string NameOf(ProjectComponentKind kind) => Array.Find(Names, n => n.Kind == kind).Name;

    public static string Write(IEnumerable<ProjectComponent> components)
    {
        return string.Join(", ", components
            .GroupBy(c => (c.Kind, Status: Word(c.Status)))
            .OrderBy(g => g.Key.Kind)
            .ThenBy(g => g.Key.Status, StringComparer.Ordinal)
            .Select(g =>
                $"{NameOf(g.Key.Kind)} {g.Key.Status}"
                    + (g.Count() > 1 ? string.Create(CultureInfo.InvariantCulture, $" x{g.Count()}") : "")));
    }

    /// <summary>Reads the kinds and statuses; what is not understood (a cut end) is left out.</summary>
    public static ILookup<ProjectComponentKind, string> Read(string? summary) => (summary ?? "")
        .Split(", ", StringSplitOptions.RemoveEmptyEntries)
        .Select(part => part.Split(' '))
        .Where(words => words.Length >= 2 && Array.Exists(Names, n => n.Name == words[0]))
        .ToLookup(words => Array.Find(Names, n => n.Name == words[0]).Kind, words => words[1]);

    // A status is always written as one word, whatever OMS reports.
    internal static string Word(string status) =>
        status.Trim() is { Length: > 0 } text ? text.Replace(' ', '_').Replace(',', '_') : "UNKNOWN";
}
