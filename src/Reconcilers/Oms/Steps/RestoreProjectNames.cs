namespace Drydock.Reconcilers.Oms;

/// <summary>Undoes <see cref="RenameProjects"/>.</summary>
/// <param name="Database">The database with the project tables.</param>
/// <param name="Renames">The renames to undo, as they were done.</param>
internal sealed record RestoreProjectNames(string Database, List<ProjectRename> Renames)
    : ProjectNamesStep(Database, Renames)
{
    internal override string Title(string? node) => "Restore the former names of projects";

    protected override bool MustBeFree => false;

    protected override string WayOut =>
        "The former names are in status.renamedProjects: set them in the console and retry, "
        + "or annotate `drydock.dev/on-delete: Abandon`.";

    protected override IReadOnlyList<ProjectRename> Changes => [.. Renames.Select(r => r.Reverse())];
}
