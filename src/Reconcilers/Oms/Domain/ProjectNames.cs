namespace Drydock.Reconcilers.Oms;

/// <summary>Finds project names that are used more than once: in migration, in synchronisation, and across both
/// (docs/research/oms.md#checks-before-an-upgrade).</summary>
internal static class ProjectNames
{
    /// <summary>The status of a project that no longer counts.</summary>
    public const string Deleted = "DELETED";

    /// <summary>Names used by more than one project that is not deleted, by name. Compared as MySQL's usual collations
    /// do: without regard to case and trailing spaces.</summary>
    public static IReadOnlyList<DuplicateProjectName> Duplicates(IEnumerable<OmsProject> projects)
    {
        return
        [
            .. projects
                .Where(project => !string.Equals(project.Status, Deleted, StringComparison.OrdinalIgnoreCase))
                .GroupBy(project => project.Name.TrimEnd(' '), StringComparer.OrdinalIgnoreCase)
                .Where(group => group.Skip(1).Any())
                .OrderBy(group => group.Key, StringComparer.Ordinal)
                .Select(group =>
                    new DuplicateProjectName(
                        group.First().Name,
                        Ids(group, ProjectKind.Migration),
                        Ids(group, ProjectKind.Synchronization))),
        ];
    }

    private static List<string> Ids(IEnumerable<OmsProject> projects, ProjectKind kind) =>
        [.. projects.Where(project => project.Kind == kind).Select(project => project.Id)];
}

/// <summary>A name that more than one project has.</summary>
/// <param name="Name">The name.</param>
/// <param name="MigrationIds">Ids in <c>oms_project</c>.</param>
/// <param name="SyncIds">Ids in <c>oms_sync_project</c>.</param>
internal sealed record DuplicateProjectName(
    string Name, IReadOnlyList<string> MigrationIds, IReadOnlyList<string> SyncIds)
{
    public bool AcrossTables => MigrationIds.Count > 0 && SyncIds.Count > 0;

    public string Message
    {
        get
        {
            var where = new List<string>(2);
            if (MigrationIds.Count > 0)
            {
                where.Add($"migration projects (oms_project) {string.Join(", ", MigrationIds)}");
            }

            if (SyncIds.Count > 0)
            {
                where.Add($"sync projects (oms_sync_project) {string.Join(", ", SyncIds)}");
            }

            return $"The project name '{Name}' is used by {string.Join(" and ", where)}; "
                + "in the new version every project name must be unique. Rename all but one of them.";
        }
    }
}
