using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>Divides renames into batches, each small enough for the parameters of one step.</summary>
internal static class ProjectRenameBatches
{
    // A plan parameter holds 32768 characters.
    private const int LongestBatch = 16_000;

    /// <summary>The arguments of one <see cref="RenameProjects"/> step a batch.</summary>
    public static IReadOnlyList<RenameProjects.Args> Of(string database, IReadOnlyList<ProjectRename> renames)
    {
        var batches = new List<RenameProjects.Args>();
        var length = LongestBatch;
        foreach (var rename in renames)
        {
            var size = StepArguments.Write(new RenameProjects.Args("", [rename])).Values.Max(text => text.Length);
            if (length + size > LongestBatch)
            {
                batches.Add(new RenameProjects.Args(database, []));
                length = 0;
            }

            batches[^1].Renames.Add(rename);
            length += size;
        }

        return batches;
    }
}
