namespace Drydock.Reconcilers.Oms;

/// <summary>A project that gets another name, because it shares its own with another one.</summary>
/// <param name="Kind">Which table it is in.</param>
/// <param name="Id">Its id, as text.</param>
/// <param name="OldName">Its name, exactly as the row has it.</param>
/// <param name="NewName">The name it gets.</param>
internal sealed record ProjectRename(ProjectKind Kind, string Id, string OldName, string NewName)
{
    public ProjectRename Reverse() => new(Kind, Id, NewName, OldName);
}

/// <summary>Which projects get which name, or why none does.</summary>
/// <param name="Renames">In the order in which they are carried out; empty if there are findings.</param>
/// <param name="Findings">Everything that prevents the renaming.</param>
internal sealed record ProjectRenamePlan(IReadOnlyList<ProjectRename> Renames, IReadOnlyList<Finding> Findings);
