namespace Drydock.Reconcilers.Oms;

/// <summary>Gives all but one of the projects of each shared name a new one
/// (docs/research/oms.md#checks-before-an-upgrade): the old name, an underscore, m or s for the table, and the id. Pure
/// and deterministic: the same projects give the same names, in whatever order they were read. No new name is one that
/// any project has, deleted ones included, whatever the case.</summary>
internal static class ProjectRenamer
{
    private const int MostRenames = 500;
    private const int MostTries = 1000;

    /// <summary>Computes the new names.</summary>
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
                        $"No free name of at most {limits.Of(project.Kind).ToString(CultureInfo.InvariantCulture)} "
                            + $"characters was found for project {Key(project)} '{project.Name}'; "
                            + "rename it in the console."));
                }
            }
        }

        if (renames.Count > MostRenames)
        {
            findings.Add(NotRenamed(
                $"{renames.Count.ToString(CultureInfo.InvariantCulture)} projects would have to be renamed, but at "
                    + $"most {MostRenames.ToString(CultureInfo.InvariantCulture)} are renamed automatically. "
                    + "Rename some by hand first."));
        }

        return new ProjectRenamePlan(findings.Count == 0 ? renames : [], findings);
    }

    public static Finding NotRenamed(string why) =>
        new() { Reason = Reasons.DuplicateProjectNames, Message = why, Field = "spec.preflight.duplicateProjectNames" };

    /// <summary>A project as the spec and status name it: <c>Migration/12</c>.</summary>
    public static string Key(OmsProject project)
    {
        return Key(project.Kind, project.Id);
    }

    /// <summary>A project as the spec and status name it: <c>Migration/12</c>.</summary>
    public static string Key(ProjectKind kind, string id) =>
        $"{kind}/{id}";

    /// <summary>A form in which two names are equal if they differ only in case, combining marks, trailing spaces, or
    /// non-ASCII characters. It is used only to avoid names; the server decides whether its collation treats an
    /// accented letter as a plain one.</summary>
    public static string Fold(string name)
    {
        var text = new StringBuilder(name.Length);
        foreach (var rune in name.EnumerateRunes())
        {
            switch (Rune.GetUnicodeCategory(rune))
            {
                case UnicodeCategory.NonSpacingMark
                    or UnicodeCategory.EnclosingMark
                    or UnicodeCategory.SpacingCombiningMark
                    or UnicodeCategory.Format
                    or UnicodeCategory.Control:
                    break;
                default:
                    text.Append(rune.IsAscii ? char.ToUpperInvariant((char)rune.Value) : '\uFFFD');
                    break;
            }
        }

        return text.ToString().TrimEnd(' ');
    }

    private static Finding NotKept(string why) =>
        new() { Reason = Reasons.InvalidSpec, Message = why, Field = "spec.preflight.keepProjectNames" };

    // A project may be in two duplicates, because the server treats more names as equal than we do. They become one
    // group.
    private static IEnumerable<List<OmsProject>> Groups(
        IReadOnlyCollection<OmsProject> all, IEnumerable<DuplicateProjectName> duplicates, Dictionary<string,
        OmsProject> byKey)
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
            var suffix = number == 1 ? tail : string.Create(CultureInfo.InvariantCulture, $"{tail}-{number}");
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

    // Counts code points, as the server does, and never cuts inside a grapheme.
    private static string Cut(string name, int most)
    {
        var text = new StringBuilder(name.Length);
        var count = 0;
        var elements = StringInfo.GetTextElementEnumerator(name);
        while (elements.MoveNext())
        {
            var element = elements.GetTextElement();
            count += element.EnumerateRunes().Count();
            if (count > most)
            {
                break;
            }

            text.Append(element);
        }

        return text.ToString().TrimEnd(' ');
    }

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
/// <param name="Kind">Migration or synchronisation.</param>
/// <param name="Id">Its id, as text: the table's or the API's.</param>
/// <param name="Name">Its name.</param>
/// <param name="Status">Its status, for instance <c>RUNNING</c> (docs/research/oms.md#project-status).</param>
internal sealed record OmsProject(ProjectKind Kind, string Id, string Name, string Status)
{
    public string? Components { get; init; }
}
