namespace Drydock.Reconcilers.Oms;

/// <summary>Gives new names to a batch of projects that share their names, before the downtime
/// (docs/research/oms.md#checks-before-an-upgrade). <see cref="RestoreProjectNames"/> undoes it.</summary>
/// <param name="Database">The database with the project tables.</param>
/// <param name="Renames">Former and new names.</param>
internal sealed record RenameProjects(string Database, List<ProjectRename> Renames)
    : ProjectNamesStep(Database, Renames)
{
    // A plan parameter holds 32768 characters.
    private const int LongestBatch = 16_000;

    internal override void Undo(OmsRollback back, PlanStep done)
    {
        var names = new RestoreProjectNames(Database, Renames);
        var verb = $"names-{PlanProgress.NameOf(done)}";
        if (back.IsPastT1)
        {
            back.Phase(OmsUpgradePhases.StartOld, () => [back.Add(names, verb: verb)]);
        }
        else
        {
            back.Undo(names, verb: verb);
        }
    }

    internal override string Title(string? node) => $"Rename {Renames.Count} projects that share their names";

    protected override bool MustBeFree => true;

    protected override string WayOut =>
        "Set the former names in the console and retry, or delete the upgrade and create it again.";

    /// <summary>Divides renames into batches, each small enough for the parameters of one step.</summary>
    public static IReadOnlyList<RenameProjects> Batches(string database, IReadOnlyList<ProjectRename> renames)
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
