namespace Drydock.Reconcilers.Oms;

/// <summary>A name that more than one project has.</summary>
/// <param name="Name">The name.</param>
/// <param name="MigrationIds">Ids in <c>oms_project</c>.</param>
/// <param name="SyncIds">Ids in <c>oms_sync_project</c>.</param>
internal sealed record DuplicateProjectName(
    string Name, IReadOnlyList<string> MigrationIds, IReadOnlyList<string> SyncIds)
{
    /// <summary>True if the name is used in both tables.</summary>
    public bool AcrossTables => MigrationIds.Count > 0 && SyncIds.Count > 0;

    /// <summary>A sentence with the way out.</summary>
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

            return $"The project name '{Name}' is used by {string.Join(" and ", where)}; from 4.0.1 on every project name must be unique. Rename all but one of them.";
        }
    }
}
