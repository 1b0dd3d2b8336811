namespace Drydock.Reconcilers.Oms;

/// <content>Names that more than one project has.</content>
internal sealed partial class OmsUpgradePlanner
{
    // All but one of each shared name get a new one while the old version still runs, so that a failure here costs no
    // downtime.
    private List<string> RenameProjects()
    {
        var after = _barrier;
        foreach (var (batch, index) in ProjectRenameBatches.Of(RmDatabase, discovery.Renames).Select((b, i) => (b, i)))
        {
            after =
            [
                Add(
                    StepIds.Rename(index + 1),
                    null,
                    $"Rename {batch.Renames.Count} projects that share their names",
                    batch,
                    after,
                    attempts: 5),
            ];
        }

        return discovery.Renames.Count == 0 ? [] : after;
    }
}

/// <summary>Divides renames into batches, each small enough for the parameters of one step.</summary>
internal static class ProjectRenameBatches
{
    // A plan parameter holds 32768 characters.
    private const int LongestBatch = 16_000;

    public static IReadOnlyList<RenameProjects> Of(string database, IReadOnlyList<ProjectRename> renames)
    {
        var batches = new List<RenameProjects>();
        var length = LongestBatch;
        foreach (var rename in renames)
        {
            var size = StepArguments.Write(new RenameProjects("", [rename])).Values.Max(text => text.Length);
            if (length + size > LongestBatch)
            {
                batches.Add(new RenameProjects(database, []));
                length = 0;
            }

            batches[^1].Renames.Add(rename);
            length += size;
        }

        return batches;
    }
}
