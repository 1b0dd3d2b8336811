namespace Drydock.Reconcilers.Oms;

/// <summary>A project as it was recorded before the upgrade.</summary>
/// <param name="Kind">Migration or synchronisation.</param>
/// <param name="Id">Its id, as the table or the API has it.</param>
/// <param name="Name">Its name.</param>
/// <param name="Status">Its status in the words of OMS (docs/research/oms.md#project-status).</param>
/// <param name="Components">Its components and their states if the API reports them, see
/// <see cref="ComponentSummary"/>.</param>
internal sealed record RecordedProject(
    ProjectKind Kind, string Id, string Name, string Status, string? Components = null)
{
    public override string ToString() => $"{Name} ({Id})";
}
