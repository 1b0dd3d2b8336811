namespace Drydock.Reconcilers.Oms;

/// <summary>The projects before the upgrade: counts for the status, and the list that later steps compare with. The
/// list has one line a project with kind, id, status, name and components, separated by tabs. Pure.</summary>
internal sealed record ProjectRecord(IReadOnlyList<OmsProject> Items)
{
    public const int MostProjects = 20_000;

    private const string Key = "projects";
    private const int MostStatuses = 64;

    public static ProjectRecord Empty { get; } = new([]);

    public static ProjectRecord Of(IEnumerable<OmsProject> projects) => new(
    [
        .. projects.Select(p => new OmsProject(
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
                .. Items.Select(p => string.Join('\t', p.Kind.ToString(), p.Id, p.Status, p.Name, p.Components ?? "")),
            ]),
    ]);

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

    private static OmsProject Project(string[] fields) =>
        fields.Length == 5 && Enum.TryParse<ProjectKind>(fields[0], out var kind)
            ? new OmsProject(kind, fields[1], fields[3], fields[2], fields[4].Length > 0 ? fields[4] : null)
            : throw new ListUnavailableException("Another version of the operator wrote the list of projects.");

    private static string Text(string text, int longest) =>
        SchemaLimits.Clip(text.Replace('\t', ' ').Replace('\n', ' '), longest);
}

/// <summary>Finds recorded projects again. Tables and API may know a project by different ids (the documents do not
/// say), so the id is tried first and then the name, which is unique across both kinds after preflight; a project that
/// was renamed is looked for by its new name. Pure.</summary>
internal sealed class ProjectMatch(IReadOnlyList<OmsProject> present, IEnumerable<RenamedProject> renamed)
{
    private readonly ILookup<(ProjectKind Kind, string Id), OmsProject> _byId = present.ToLookup(p => (p.Kind, p.Id));
    private readonly ILookup<(ProjectKind Kind, string Name), OmsProject> _byName =
        present.ToLookup(p => (p.Kind, p.Name));
    private readonly ILookup<(ProjectKind Kind, string Id), string> _newNames =
        renamed.ToLookup(p => (p.Kind, p.Id), p => p.NewName);

    public OmsProject? Find(OmsProject recorded) =>
        _byId[(recorded.Kind, recorded.Id)].FirstOrDefault()
        ?? (_byName[(recorded.Kind, NameOf(recorded))].Take(2).ToList() is [var only] ? only : null);

    public string NameOf(OmsProject recorded) =>
        _newNames[(recorded.Kind, recorded.Id)].FirstOrDefault() ?? recorded.Name;
}

/// <summary>Compares the projects there are with those recorded before the upgrade: it leaves their status unchanged
/// (docs/project/research/oms.md#after-the-upgrade). Pure.</summary>
internal static class ProjectComparison
{
    private const string Gone = "These projects are not found any more. Look for them in the console.";
    private const string Suspended =
        "These projects ran before the upgrade and are suspended now. Resume them in the console.";
    private const string Failed =
        "These projects ran before the upgrade and have failed now. OMS skips the error when such a project is "
        + "resumed, so check the error in the console first, then resume them there.";
    private const string Changed =
        "These projects have another status than before the upgrade. Check them in the console.";

    public static IReadOnlyList<ActionEntry> Differences(ProjectRecord before, ProjectMatch match) =>
        [.. before.Items.Select(recorded => Difference(recorded, match.Find(recorded))).OfType<ActionEntry>()];

    private static ActionEntry? Difference(OmsProject recorded, OmsProject? now) => now switch
    {
        null => ProjectStatuses.MayBeGone(recorded.Status)
            ? null
            : new ActionEntry(Reasons.ReviewProject, Gone, recorded.ToString(), $"was {recorded.Status} before"),
        _ when ProjectStatuses.IsAsBefore(recorded.Status, now.Status) => null,
        _ when ProjectStatuses.IsRunning(recorded.Status) && ProjectStatuses.IsSuspended(now.Status) =>
            Entry(Reasons.ProjectNotResumed, Suspended, recorded, now),
        _ when ProjectStatuses.IsRunning(recorded.Status) && ProjectStatuses.IsFailed(now.Status) =>
            Entry(Reasons.ProjectNotResumed, Failed, recorded, now),
        _ => Entry(Reasons.ReviewProject, Changed, recorded, now),
    };

    private static ActionEntry Entry(string reason, string what, OmsProject recorded, OmsProject now) => new(
        reason, what, recorded.ToString(), $"was {recorded.Status} before the upgrade and is {now.Status} now");
}
