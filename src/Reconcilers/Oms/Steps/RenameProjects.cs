using Drydock.Engine.Actions;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// Gives a batch of projects that share their names new ones, before the downtime
/// (docs/research/oms.md#checks-before-an-upgrade). <see cref="RestoreProjectNames"/> takes it back.
/// </summary>
internal sealed class RenameProjects(IOmsTargets targets) : ProjectNamesStep(targets)
{
    /// <inheritdoc />
    protected override bool MustBeFree => true;

    /// <inheritdoc />
    protected override string WayOut =>
        "put the names back as they were and retry, or delete the upgrade and create it again";

    /// <inheritdoc />
    protected override IReadOnlyList<ProjectRename> Renames(StepContext context) =>
        ProjectRenameText.Read(context.Parameter("renames"));
}
