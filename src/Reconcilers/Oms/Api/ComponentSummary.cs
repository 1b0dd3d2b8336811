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

    public static string Write(IEnumerable<ProjectComponent> components) =>
        string.Join(", ", components
            .GroupBy(c => (c.Kind, Status: Word(c.Status)))
            .OrderBy(g => g.Key.Kind)
            .ThenBy(g => g.Key.Status, StringComparer.Ordinal)
            .Select(g =>
                $"{NameOf(g.Key.Kind)} {g.Key.Status}"
                    + (g.Count() > 1 ? $" x{g.Count()}" : "")));

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

/// <summary>Whether the components of a project are as they should be once high availability has healed it
/// (docs/project/research/oms.md#after-the-upgrade). The vendor documents no full list of component states; known good
/// ones, and the one a component had before the upgrade, count as healthy and nothing else does. Pure.</summary>
internal static class ProjectLinks
{
    private static readonly string[] GoodLink = ["ACTIVE", "RUNNING"];
    private static readonly string[] GoodImport = ["RUNNING", "FINISHED", "DONE", "INIT"];

    private static readonly ProjectComponentKind[] Links =
    [
        ProjectComponentKind.Store, ProjectComponentKind.IncrSync,
        ProjectComponentKind.ReverseStore, ProjectComponentKind.ReverseIncrSync,
    ];

    public static IReadOnlyList<string> NotRecovered(OmsProject before, IReadOnlyList<ProjectComponent> components)
    {
        var recorded = ComponentSummary.Read(before.Components);
        var running = ProjectStatuses.IsRunning(before.Status);

        // The writer of a suspended project stays paused.
        var problems = Links.Where(kind => running || IsStore(kind))
            .SelectMany(kind => NotGood(kind, [.. recorded[kind]], components))
            .ToList();
        if (running && components.Count == 0 && problems.Count == 0)
        {
            problems.Add("no component is listed");
        }

        return problems;
    }

    /// <summary>What high availability does not heal and an administrator must check.</summary>
    public static IReadOnlyList<string> ForPerson(OmsProject before, IReadOnlyList<ProjectComponent> components)
    {
        var recorded = ComponentSummary.Read(before.Components);
        return
        [
            .. components
                .Where(c =>
                    c.Kind is ProjectComponentKind.FullImport or ProjectComponentKind.FullVerification
                        && !IsGood(c, GoodImport, recorded[c.Kind]))
                .Select(c => $"{ComponentSummary.NameOf(c.Kind)} is {ComponentSummary.Word(c.Status)}"),
        ];
    }

    private static bool IsStore(ProjectComponentKind kind) =>
        kind is ProjectComponentKind.Store or ProjectComponentKind.ReverseStore;

    // Several stores may serve a subtopic, and every recovery adds one. One healthy store is enough; of writers each
    // counts.
    private static IEnumerable<string> NotGood(
        ProjectComponentKind kind, List<string> recorded, IReadOnlyList<ProjectComponent> components)
    {
        var found = components.Where(c => c.Kind == kind).ToList();
        return found.Count == 0
            ? recorded.Count > 0 ? [$"{ComponentSummary.NameOf(kind)} is gone"] : []
            : found.Index()
                .GroupBy(c => IsStore(kind) ? c.Item.Subtopic : $"{c.Index}", c => c.Item, StringComparer.Ordinal)
                .Where(g => !g.Any(c => IsGood(c, GoodLink, recorded)))
                .Select(g =>
                    $"{ComponentSummary.NameOf(kind)}{(IsStore(kind) && g.Key.Length > 0 ? $" of {g.Key}" : "")} is "
                        + string.Join(
                            " and ", g.Select(c => ComponentSummary.Word(c.Status)).Distinct(StringComparer.Ordinal)));
    }

    private static bool IsGood(ProjectComponent component, string[] good, IEnumerable<string> recorded)
    {
        var status = ComponentSummary.Word(component.Status);
        return good.Concat(recorded).Contains(status, StringComparer.OrdinalIgnoreCase);
    }
}
