using Drydock.Engine.Actions;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>Takes back what <see cref="RenameProjects"/> did; its parameters are that step's, unchanged.</summary>
internal sealed class RestoreProjectNames(IOmsTargets targets) : ProjectNamesStep(targets)
{
    /// <inheritdoc />
    protected override bool MustBeFree => false;

    /// <inheritdoc />
    protected override string WayOut =>
        "their former names are in status.renamedProjects: set them in the console and retry, or annotate drydock.dev/on-delete: Abandon";

    /// <inheritdoc />
    protected override IReadOnlyList<ProjectRename> Renames(StepContext context) =>
        [.. ProjectRenameText.Read(context.Parameter("renames")).Select(r => r.Reverse())];
}
