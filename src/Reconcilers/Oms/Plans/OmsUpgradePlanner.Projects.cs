using System.Globalization;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <content>Names that more than one project has.</content>
internal sealed partial class OmsUpgradePlanner
{
    // All but one of each shared name get a new one while the old version still runs, so that a failure here costs no
    // downtime.
    private List<string> RenameProjects()
    {
        var after = _barrier;
        foreach (var (batch, index) in ProjectRenameText.Batches(discovery.Renames).Select((batch, index) => (batch, index)))
        {
            after = [_plan.Add(Step(StepIds.Rename(index + 1), OmsActions.RenameProjects, null, $"rename {batch.Count.ToString(CultureInfo.InvariantCulture)} projects that share their name", after, attempts: 5, new(StringComparer.Ordinal)
            {
                ["database"] = discovery.Metadata.RmDatabase,
                ["renames"] = ProjectRenameText.Write(batch),
            }))];
        }

        return discovery.Renames.Count == 0 ? [] : after;
    }
}
