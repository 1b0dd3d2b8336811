namespace Drydock.Reconcilers.Oms;

/// <summary>Whether the components of a project are as they should be once high availability has healed it
/// (docs/research/oms.md#after-the-upgrade). The vendor documents no full list of component states; known good ones,
/// and the one a component had before the upgrade, count as healthy and nothing else does. Pure.</summary>
internal static class ProjectLinks
{
    private static readonly string[] GoodLink = ["ACTIVE", "RUNNING"];
    private static readonly string[] GoodImport = ["RUNNING", "FINISHED", "DONE", "INIT"];

    public static IReadOnlyList<string> NotRecovered(RecordedProject before, IReadOnlyList<ProjectComponent> components)
    {
        var recorded = ComponentSummary.Read(before.Components);
        var running = ProjectStatuses.IsRunning(before.Status);
        var problems = new List<string>();
        (ProjectComponentKind Store, ProjectComponentKind Writer)[] links =
        [
            (ProjectComponentKind.Store, ProjectComponentKind.IncrSync),
            (ProjectComponentKind.ReverseStore, ProjectComponentKind.ReverseIncrSync),
        ];
        foreach (var (store, writer) in links)
        {
            problems.AddRange(Stores(store, recorded[store], components));

            // The writer of a suspended project stays paused.
            if (running)
            {
                problems.AddRange(Writers(writer, recorded[writer], components));
            }
        }

        if (running && components.Count == 0 && problems.Count == 0)
        {
            problems.Add("no component is listed");
        }

        return problems;
    }

    /// <summary>What high availability does not heal and an administrator must check.</summary>
    public static IReadOnlyList<string> ForPerson(RecordedProject before, IReadOnlyList<ProjectComponent> components)
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

    // Several stores may serve a subtopic, and every recovery adds one. One healthy store is enough.
    private static IEnumerable<string> Stores(
        ProjectComponentKind kind, IEnumerable<string> recorded, IReadOnlyList<ProjectComponent> components)
    {
        var stores = components.Where(c => c.Kind == kind).ToList();
        var states = recorded.ToList();
        if (stores.Count == 0)
        {
            return states.Count > 0 ? [$"{ComponentSummary.NameOf(kind)} is gone"] : [];
        }

        return stores
            .GroupBy(s => s.Subtopic, StringComparer.Ordinal)
            .Where(g => !g.Any(s => IsGood(s, GoodLink, states)))
            .Select(g =>
                $"{ComponentSummary.NameOf(kind)}{(g.Key.Length > 0 ? $" of {g.Key}" : "")} is "
                    + string.Join(
                        " and ", g.Select(s => ComponentSummary.Word(s.Status)).Distinct(StringComparer.Ordinal)));
    }

    private static IEnumerable<string> Writers(
        ProjectComponentKind kind, IEnumerable<string> recorded, IReadOnlyList<ProjectComponent> components)
    {
        var writers = components.Where(c => c.Kind == kind).ToList();
        var states = recorded.ToList();
        return writers.Count == 0
            ? states.Count > 0 ? [$"{ComponentSummary.NameOf(kind)} is gone"] : []
            : writers.Where(w => !IsGood(w, GoodLink, states))
                .Select(w => $"{ComponentSummary.NameOf(kind)} is {ComponentSummary.Word(w.Status)}");
    }

    private static bool IsGood(ProjectComponent component, string[] good, IEnumerable<string> recorded)
    {
        var status = ComponentSummary.Word(component.Status);
        return good.Concat(recorded).Contains(status, StringComparer.OrdinalIgnoreCase);
    }
}
