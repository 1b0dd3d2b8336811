namespace Drydock.Reconcilers.Oms;

/// <summary>Gives new names to a batch of projects that share their names, before the downtime
/// (docs/research/oms.md#checks-before-an-upgrade). <see cref="RestoreProjectNames"/> undoes it.</summary>
/// <param name="Database">The database with the project tables.</param>
/// <param name="Renames">Former and new names.</param>
internal sealed record RenameProjects(string Database, List<ProjectRename> Renames)
    : ProjectNamesStep(Database, Renames)
{
    protected override bool MustBeFree => true;

    protected override string WayOut =>
        "Set the former names in the console and retry, or delete the upgrade and create it again.";
}
