namespace Drydock.Reconcilers.Oms;

/// <summary>Gives all but one of the projects of each shared name a new one
/// (docs/project/research/oms.md#checks-before-an-upgrade): the old name, an underscore, m or s for the table, and the
/// id. Pure and deterministic: the same projects give the same names, in whatever order they were read. No new name is
/// one that any project has, deleted ones included, whatever the case.</summary>
internal static class ProjectRenamer
{
    private const int MostRenames = 500;
    private const int MostTries = 1000;

    /// <param name="keep">Projects that keep their name: <c>Migration/12</c>, <c>Synchronization/7</c>.</param>
    /// <param name="taken">Further names that must not be given.</param>
    public static ProjectRenamePlan Compute(
        IReadOnlyCollection<OmsProject> all,
        IEnumerable<DuplicateProjectName> duplicates,
        IReadOnlyCollection<string> keep,
        ProjectNameLimits limits,
        IEnumerable<string> taken)
    {
        var findings = new List<Finding>();
        var byKey = all.GroupBy(Key, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.First(), StringComparer.Ordinal);
        findings.AddRange(
            keep.Where(key => !byKey.ContainsKey(key)).Order(StringComparer.Ordinal).Select(key => NotKept(
            $"keepProjectNames has {key}, but there is no such project. Correct it; kind and id are as in "
                + "status.projects.")));

        var used = all.Select(project => Fold(project.Name))
            .Concat(taken.Select(Fold))
            .ToHashSet(StringComparer.Ordinal);
        var renames = new List<ProjectRename>();
        foreach (var group in Groups(all, duplicates, byKey))
        {
            var kept = group.Where(project => keep.Contains(Key(project), StringComparer.Ordinal)).ToList();
            if (kept.Count > 1)
            {
                findings.Add(NotKept(
                    $"keepProjectNames has {string.Join(" and ", kept.Select(Key))}, which share the name "
                        + $"'{kept[0].Name}'; only one of each name can keep it. Remove all but one."));
                continue;
            }

            var keeps = kept.Count == 1 ? kept[0] : group[0];
            foreach (var project in group.Where(project => !ReferenceEquals(project, keeps)))
            {
                if (NewName(project, limits.Of(project.Kind), used) is { } name)
                {
                    renames.Add(new ProjectRename(project.Kind, project.Id, project.Name, name));
                }
                else
                {
                    findings.Add(NotRenamed(
                        $"No free name of at most {limits.Of(project.Kind)} characters was found for project "
                            + $"{Key(project)} '{project.Name}'; rename it in the console."));
                }
            }
        }

        if (renames.Count > MostRenames)
        {
            findings.Add(NotRenamed(
                $"{renames.Count} projects would have to be renamed, but at most {MostRenames} are renamed "
                    + "automatically. Rename some by hand first."));
        }

        return new ProjectRenamePlan(findings.Count == 0 ? renames : [], findings);
    }

    public static Finding NotRenamed(string why) =>
        new() { Reason = Reasons.DuplicateProjectNames, Message = why, Field = "spec.preflight.duplicateProjectNames" };

    /// <summary>A project as the spec and status name it: <c>Migration/12</c>.</summary>
    public static string Key(OmsProject project) => Key(project.Kind, project.Id);

    public static string Key(ProjectKind kind, string id) => $"{kind}/{id}";

    /// <summary>A form in which two names are equal if they differ only in case and trailing spaces. Only the server's
    /// collation knows which others it takes for one; preflight asks it.</summary>
    public static string Fold(string name) => name.TrimEnd(' ').ToUpperInvariant();

    private static Finding NotKept(string why) =>
        new() { Reason = Reasons.InvalidSpec, Message = why, Field = "spec.preflight.keepProjectNames" };

    // A project may be in two duplicates, because the server treats more names as equal than we do. They become one
    // group.
    private static IEnumerable<List<OmsProject>> Groups(
        IReadOnlyCollection<OmsProject> all,
        IEnumerable<DuplicateProjectName> duplicates,
        Dictionary<string, OmsProject> byKey)
    {
        var groups = new Dictionary<string, SortedDictionary<string, OmsProject>>(StringComparer.Ordinal);
        foreach (var duplicate in ProjectNames.Duplicates(all).Concat(duplicates))
        {
            var members = duplicate.MigrationIds.Select(id => Key(ProjectKind.Migration, id))
                .Concat(duplicate.SyncIds.Select(id => Key(ProjectKind.Synchronization, id)))
                .Where(byKey.ContainsKey)
                .ToList();
            var merged = new SortedDictionary<string, OmsProject>(StringComparer.Ordinal);
            foreach (var (key, project) in members.SelectMany(member =>
                groups.GetValueOrDefault(member)?.AsEnumerable() ?? [new(member, byKey[member])]))
            {
                merged[key] = project;
            }

            foreach (var key in merged.Keys)
            {
                groups[key] = merged;
            }
        }

        return groups.Values.Distinct()
            .Select(group =>
                group.Values.OrderBy(project => project.Kind).ThenBy(project => project.Id, OldestFirst).ToList())
            .Where(group => group.Count > 1)
            .OrderBy(group => group[0].Kind)
            .ThenBy(group => group[0].Id, OldestFirst);
    }

    private static string? NewName(OmsProject project, int limit, HashSet<string> used)
    {
        var kind = project.Kind == ProjectKind.Migration ? 'm' : 's';
        var id = project.Id.Where(sign => char.IsAsciiLetterOrDigit(sign) || sign is '-' or '_');
        var tail = $"_{kind}{new string([.. id])}";
        for (var number = 1; number <= MostTries; number++)
        {
            var suffix = number == 1 ? tail : $"{tail}-{number}";
            if (suffix.Length >= limit)
            {
                return null;
            }

            var name = Cut(project.Name, limit - suffix.Length) + suffix;
            if (used.Add(Fold(name)))
            {
                return name;
            }
        }

        return null;
    }

    // Code points, as the server counts.
    private static string Cut(string name, int most) => string.Concat(name.EnumerateRunes().Take(most)).TrimEnd(' ');

    private static readonly Comparer<string> OldestFirst = Comparer<string>.Create(static (left, right) =>
    {
        var (isLeft, isRight) = (left.All(char.IsAsciiDigit), right.All(char.IsAsciiDigit));
        if (!isLeft || !isRight)
        {
            return isLeft == isRight ? string.CompareOrdinal(left, right) : isLeft ? -1 : 1;
        }

        var (a, b) = (left.TrimStart('0'), right.TrimStart('0'));
        var byNumber = a.Length == b.Length ? string.CompareOrdinal(a, b) : a.Length.CompareTo(b.Length);
        return byNumber != 0 ? byNumber : string.CompareOrdinal(left, right);
    });
}

/// <summary>How many characters (Unicode code points, as servers count them) <c>project_name</c> takes in each
/// table.</summary>
/// <param name="Migration">In <c>oms_project</c>.</param>
/// <param name="Sync">In <c>oms_sync_project</c>.</param>
internal sealed record ProjectNameLimits(int Migration, int Sync)
{
    public int Of(ProjectKind kind) => kind == ProjectKind.Migration ? Migration : Sync;
}

/// <summary>A project as the metadata of OMS below the merged architecture, or the API, has it.</summary>
/// <param name="Id">Its id, as text: the table's or the API's.</param>
/// <param name="Status">Its status, for instance <c>RUNNING</c> (docs/project/research/oms.md#project-status).</param>
/// <param name="Components">Its components and their states if the API reports them (<see cref="ComponentSummary"/>).
/// </param>
internal sealed record OmsProject(ProjectKind Kind, string Id, string Name, string Status, string? Components = null)
{
    public override string ToString() => $"{Name} ({Id})";
}

/// <summary>A project that gets another name, because it shares its own with another one.</summary>
/// <param name="OldName">Its name, exactly as the row has it.</param>
internal sealed record ProjectRename(ProjectKind Kind, string Id, string OldName, string NewName)
{
    public ProjectRename Reverse() => new(Kind, Id, NewName, OldName);
}

/// <summary>Which projects get which name, or why none does.</summary>
/// <param name="Renames">In the order in which they are carried out; empty if there are findings.</param>
internal sealed record ProjectRenamePlan(IReadOnlyList<ProjectRename> Renames, IReadOnlyList<Finding> Findings);

/// <summary>Finds project names that are used more than once: in migration, in synchronisation, and across both
/// (docs/project/research/oms.md#checks-before-an-upgrade).</summary>
internal static class ProjectNames
{
    /// <summary>Names used by more than one project that is not deleted, by name. Compared as MySQL's usual collations
    /// do: without regard to case and trailing spaces.</summary>
    public static IReadOnlyList<DuplicateProjectName> Duplicates(IEnumerable<OmsProject> projects) =>
    [
        .. projects
            .Where(project => !ProjectStatuses.IsDeleted(project.Status))
            .GroupBy(project => project.Name.TrimEnd(' '), StringComparer.OrdinalIgnoreCase)
            .Where(group => group.Skip(1).Any())
            .OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => new DuplicateProjectName(
                group.First().Name,
                Ids(group, ProjectKind.Migration),
                Ids(group, ProjectKind.Synchronization))),
    ];

    private static List<string> Ids(IEnumerable<OmsProject> projects, ProjectKind kind) =>
        [.. projects.Where(project => project.Kind == kind).Select(project => project.Id)];
}

/// <summary>A name that more than one project has.</summary>
/// <param name="MigrationIds">Ids in <c>oms_project</c>.</param>
/// <param name="SyncIds">Ids in <c>oms_sync_project</c>.</param>
internal sealed record DuplicateProjectName(
    string Name, IReadOnlyList<string> MigrationIds, IReadOnlyList<string> SyncIds)
{
    /// <summary>Whether another one has all its projects.</summary>
    public bool IsWithin(DuplicateProjectName other) =>
        !MigrationIds.Except(other.MigrationIds, StringComparer.Ordinal).Any()
        && !SyncIds.Except(other.SyncIds, StringComparer.Ordinal).Any();

    public string Message
    {
        get
        {
            string?[] where =
            [
                MigrationIds.Count > 0 ? $"migration projects (oms_project) {string.Join(", ", MigrationIds)}" : null,
                SyncIds.Count > 0 ? $"sync projects (oms_sync_project) {string.Join(", ", SyncIds)}" : null,
            ];
            return $"The project name '{Name}' is used by {string.Join(" and ", where.OfType<string>())}; the new "
                + "version takes each name once. Rename all but one of them.";
        }
    }
}
