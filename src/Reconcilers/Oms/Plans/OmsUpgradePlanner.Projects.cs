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
