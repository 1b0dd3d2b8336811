namespace Drydock.Reconcilers.Oms;

/// <summary>The projects before the upgrade: counts for the status, and the list that later steps compare with. The
/// list has one line a project with kind, id, status, name and components, separated by tabs. Pure.</summary>
/// <param name="Items">The projects.</param>
internal sealed record ProjectRecord(IReadOnlyList<RecordedProject> Items)
{
    public const int MostProjects = 20_000;

    private const string Key = "projects";
    private const int MostStatuses = 64;

    public static ProjectRecord Empty { get; } = new([]);

    public static ProjectRecord Of(IEnumerable<OmsProject> projects) => new(
    [
        .. projects.Select(p => new RecordedProject(
            p.Kind,
            Text(p.Id, SchemaLimits.ShortName),
            Text(p.Name, SchemaLimits.Name),
            Text(p.Status, SchemaLimits.ShortName),
            p.Components is { Length: > 0 } components ? Text(components, SchemaLimits.Name) : null)),
    ]);

    public static ProjectRecord Read(IReadOnlyList<ListSection> sections) => new(
        [.. sections.SelectMany(s => s.Lines).Select(line => Project(line.Split('\t')))]);

    public DividedList ToList() => DividedList.Of(
    [
        new ListSection(
            Key,
            [
                .. Items.Select(p => string.Join(
                    '\t', p.Kind.ToString(), p.Id, p.Status, p.Name, p.Components ?? "")),
            ]),
    ]);

    /// <summary>The counts for the status.</summary>
    /// <param name="list">Where the list is stored; null for an empty one.</param>
    public ProjectsStatus ToStatus(DateTimeOffset now, ListReference? list) => new()
    {
        RecordedAt = now,
        Migration = Items.Count(p => p.Kind == ProjectKind.Migration),
        Synchronization = Items.Count(p => p.Kind == ProjectKind.Synchronization),
        ByStatus = new SortedDictionary<string, int>(
            Items.GroupBy(p => p.Status, StringComparer.Ordinal)
                .OrderByDescending(g => g.Count())
                .Take(MostStatuses)
                .ToDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal),
            StringComparer.Ordinal),
        List = list,
    };

    private static RecordedProject Project(string[] fields) =>
        fields.Length == 5 && Enum.TryParse<ProjectKind>(fields[0], out var kind)
            ? new RecordedProject(kind, fields[1], fields[3], fields[2], fields[4].Length > 0 ? fields[4] : null)
            : throw new ListUnavailableException("Another version of the operator wrote the list of projects.");

    private static string Text(string text, int longest) =>
        SchemaLimits.Clip(text.Replace('\t', ' ').Replace('\n', ' '), longest);
}
