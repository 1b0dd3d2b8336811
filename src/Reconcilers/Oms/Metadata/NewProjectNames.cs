namespace Drydock.Reconcilers.Oms;

/// <summary>Finds free names for projects that share one. Changes nothing.</summary>
internal static class NewProjectNames
{
    private const int Rounds = 5;
    private const int Listed = 20;

    /// <param name="keep">Projects that keep their name.</param>
    public static async Task<ProjectRenamePlan> NewNamesAsync(
        this SqlOmsMetadata metadata,
        string database,
        IReadOnlyList<DuplicateProjectName> duplicates,
        IReadOnlyCollection<string> keep,
        CancellationToken cancellationToken)
    {
        var rows = await metadata.ProjectNamesAsync(database, cancellationToken);
        if (rows.Truncated)
        {
            return Refused("There are too many projects to find free names. Rename the duplicates by hand.");
        }

        // The server's own collations decide whether a name is free.
        var taken = new List<string>();
        for (var round = 0; round < Rounds; round++)
        {
            var plan = ProjectRenamer.Compute(rows.Projects, duplicates, keep, rows.Limits, taken);
            var used =
                await metadata.NamesInUseAsync(database, [.. plan.Renames.Select(r => r.NewName)], cancellationToken);
            if (used.Count == 0)
            {
                return plan;
            }

            taken.AddRange(used);
        }

        return Refused(
            $"No free names were found for the duplicates ({Sentences.List(taken, Listed)} are taken). Rename them by "
                + "hand.");

        static ProjectRenamePlan Refused(string why) => new([], [ProjectRenamer.NotRenamed(why)]);
    }
}
